//! What a browser says of itself, made short and harmless: 「Android · Chrome」 in the list of sessions. No version, no model.

/// A short, harmless description of the browser.
pub fn device(agent: &str) -> String {
    let first =
        |list: &[(&str, &'static str)], other| list.iter().find(|(k, _)| agent.contains(k)).map_or(other, |(_, v)| *v);
    let system = first(
        &[
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("HarmonyOS", "HarmonyOS"),
            ("Windows", "Windows"),
            ("Mac OS", "Mac"),
            ("Linux", "Linux"),
        ],
        "—",
    );
    let browser = first(
        &[
            ("MicroMessenger", "WeChat"),
            ("Edg/", "Edge"),
            ("Firefox/", "Firefox"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
        ],
        "API",
    );
    format!("{system} · {browser}")
}
