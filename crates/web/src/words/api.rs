//! What only a program that calls the API is told.

/// A body or query that cannot be read at all.
pub const BODY: &str = "内容不是一个 JSON 对象，请对照接口说明再看一下。";

/// A field that the operation does not have.
pub fn unknown_field(name: &str) -> String {
    format!("没有「{name}」这一项，请对照接口说明。")
}

/// A field that is there twice.
pub fn twice(name: &str) -> String {
    format!("「{name}」出现了两次，请去掉一个。")
}
