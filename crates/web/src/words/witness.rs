//! 见证, 校验码.

use base::Ms;
use safety::kernel::witness::Stand;

use super::{at_full, number};

pub fn stand(stand: Stand) -> (&'static str, &'static str) {
    match stand {
        Stand::New => ("还没见证", ""),
        Stand::Cosigned => ("已见证", "g"),
        Stand::Down => ("联系不上", "a"),
        Stand::Refused => ("没有签名", "a"),
        Stand::RolledBack | Stand::Forked => ("对不上", "r"),
    }
}

/// 「要 2 方见证，已见证到第 1 234 条」
pub fn sum(quorum: i64, witnessed: Option<(i64, Ms)>) -> String {
    match witnessed {
        None => format!("要 {quorum} 方见证，还没有凑齐。"),
        Some((size, at)) => format!("要 {quorum} 方见证，已见证到第 {} 条，{}。", number(size), at_full(at)),
    }
}

pub fn finding(name: &str, stand: Stand, ours: i64, theirs: i64) -> String {
    let (ours, theirs) = (number(ours), number(theirs));
    match stand {
        Stand::RolledBack => format!("{name} 记到第 {theirs} 条，本机只有 {ours} 条：数据被换回了旧的。"),
        _ => format!("{name} 记的前 {theirs} 条和本机的不同：存证被改写过，或者另有一本。"),
    }
}

pub const NONE: &str = "还没有请别的单位做见证。由管理员在配置里写上，写上前一切照常。";
pub const SHORT: &str = "见证不足";
pub const SAME: &str = "一致：这一天以前的存证没有变。";
pub const DIFFERENT: &str = "对不上：纸上的和本机的不是同一本存证。请保留这张纸，报告上一级。";
pub const NEVER: &str = "本机的存证没有这么多条。纸上的更多，说明数据被换回了旧的。";
pub const UNREADABLE: &str = "条数要写数字，校验码照纸上写。";
