//! 函: how a missive stands, what its page says.

use safety::missive::Stand;

use super::{Word, word};

pub const MISSIVE: &str = "函";
pub const REPLACES: &str = "原来的函马上作废，对方手里的码打不开了。换一份？";
/// After a form that was sent twice.
pub const ONCE: &str = "函已经开好了，码只显示一次。没有打印也没有发出去的，换一份新函。";

/// 「昌邑区市场监督管理局 王强（凭函）」
pub fn by_missive(agency: &str, signer: &str) -> String {
    format!("{agency} {signer}（凭函）")
}

pub const RESULTS: [(&str, &str); 3] = [("done", "办完了"), ("taken", "接办，定个日子"), ("back", "不归我们管")];

pub fn state(stand: Stand) -> Word {
    match stand {
        Stand::Waiting => word("待签收", "b"),
        Stand::Signed => word("已签收", "a"),
        Stand::Answered => word("已答复", "g"),
        Stand::Expired => word("过期", "r"),
        Stand::Revoked => word("已换新函", ""),
    }
}

/// What whoever opens the link is told.
pub fn stands(stand: Stand, ours: bool) -> &'static str {
    match (stand, ours) {
        (Stand::Waiting, _) => "写上姓名点「签收」，内容就显示在这台设备上。只能签收一次，转给别人打不开。",
        (Stand::Signed, true) => "您已签收。请看内容，并答复怎么办。",
        (Stand::Signed, false) => "这份函已在别的设备上签收，这里打不开。请找签收的人，或请发函单位换一份。",
        (Stand::Answered, true) => "已经答复，谢谢。",
        (Stand::Answered, false) => "这份函已经答复。",
        (Stand::Expired, _) => "这份函过期了。请发函单位换一份。",
        (Stand::Revoked, _) => "发函单位换了新函，请用新的码。",
    }
}
