//! Hazards and checks: states with their tones, verbs, kinds.

use safety::check::Seen;
use safety::hazard::{Act, Bucket, Category, Grade, State, Term};

use super::{Word, word};

pub fn state(state: State) -> Word {
    match state {
        State::Ungraded => word("待定级", "b"),
        State::Unassigned => word("待派单", "b"),
        State::Assigned => word("待整改", "b"),
        State::Rectified => word("待复查", "b"),
        State::Rechecked => word("待销账", "b"),
        State::Closed => word("已销账", "g"),
        State::Returned => word("退回整改", "a"),
        State::Reported => word("已上报", ""),
        State::Transferred => word("已移交", ""),
        State::Dismissed => word("不成立", ""),
        State::Void => word("作废", ""),
    }
}

/// The verb on a button.
pub fn act(act: Act) -> &'static str {
    match act {
        Act::Raise => "报隐患",
        Act::Grade => "定级",
        Act::Assign => "派单",
        Act::Decline => "推辞",
        Act::Protect => "临时防护",
        Act::Rectify => "整改完成",
        Act::Recheck => "复查合格",
        Act::Return => "退回整改",
        Act::Close => "销账",
        Act::ExtendAsk => "申请延期",
        Act::ExtendYes => "同意延期",
        Act::ExtendNo => "不同意延期",
        Act::Report => "上报",
        Act::Transfer => "移交",
        Act::AnswerDone => "答复：已办好",
        Act::AnswerBack => "答复：交回学校",
        Act::AnswerTaken => "答复：已接手",
        Act::List => "挂牌督办",
        Act::Delist => "摘牌",
        Act::Five => "填五落实",
        Act::Comment => "写一句",
        Act::Correct => "更正",
        Act::Dismiss => "不成立",
        Act::Void => "作废",
        Act::HandOver => "交接",
        Act::Overdue => "逾期",
    }
}

/// What a step of the history says was done.
pub fn act_done(act: Act) -> &'static str {
    match act {
        Act::Raise => "登记",
        Act::Grade => "定级",
        Act::Assign => "派单",
        Act::Decline => "推辞",
        Act::Protect => "采取临时防护",
        Act::Rectify => "整改完成",
        Act::Recheck => "复查合格",
        Act::Return => "复查退回",
        Act::Close => "销账",
        Act::ExtendAsk => "申请延期",
        Act::ExtendYes => "同意延期",
        Act::ExtendNo => "不同意延期",
        Act::Report => "上报",
        Act::Transfer => "移交",
        Act::AnswerDone => "答复已办好",
        Act::AnswerBack => "答复交回学校",
        Act::AnswerTaken => "答复已接手",
        Act::List => "挂牌督办",
        Act::Delist => "摘牌",
        Act::Five => "填写五落实",
        Act::Comment => "留言",
        Act::Correct => "更正",
        Act::Dismiss => "定为不成立",
        Act::Void => "作废",
        Act::HandOver => "交接给新的人",
        Act::Overdue => "到期未办",
    }
}

pub fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Minor => "一般",
        Grade::Major => "重大",
    }
}

pub fn term(term: Term) -> &'static str {
    match term {
        Term::AtOnce => "立即整改",
        Term::Ordinary => "一般，7 天",
        Term::Funded => "需资金，30 天",
        Term::Plan => "按方案",
    }
}

pub fn category(category: Category) -> &'static str {
    match category {
        Category::Building => "校舍建筑",
        Category::Fire => "消防",
        Category::Electric => "用电",
        Category::Sports => "体育设施",
        Category::Food => "食品",
        Category::Surroundings => "周边环境",
        Category::Mental => "心理健康",
        Category::Emergency => "应急准备",
        Category::Dorm => "宿舍",
        Category::Lab => "实验室",
        Category::Equipment => "特种设备",
        Category::Gas => "燃气",
        Category::Bus => "校车",
        Category::Crowd => "拥挤踩踏",
        Category::Order => "治安秩序",
        Category::Network => "网络",
        Category::Ice => "冰雪",
        Category::Other => "其他",
    }
}

/// Tabs of the list.
pub fn bucket(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Mine => "等我",
        Bucket::Open => "在办",
        Bucket::Overdue => "逾期",
        Bucket::Ended => "已完成",
        Bucket::All => "全部",
        Bucket::Major => "重大",
        Bucket::Upward => "上报移交",
    }
}

pub fn seen(seen: Seen) -> Word {
    match seen {
        Seen::Fine => word("正常", "g"),
        Seen::Found => word("有隐患", "a"),
        Seen::Skipped => word("没查到", ""),
    }
}

/// The five 落实 by their field.
pub fn five(field: &str) -> &'static str {
    match field {
        "responsibility" => "责任",
        "measures" => "措施",
        "funds" => "资金",
        "deadline" => "时限",
        _ => "预案",
    }
}

/// Whose turn it is, in two words: what is to be done (first word of a line) and the verb on its button.
pub fn turn(state: State, asks_extension: bool) -> (&'static str, &'static str) {
    if asks_extension && matches!(state, State::Assigned | State::Returned) {
        return ("延期", "看延期");
    }
    match state {
        State::Ungraded => ("定级", "去定级"),
        State::Unassigned => ("派单", "去派单"),
        State::Assigned => ("整改", "去整改"),
        State::Returned => ("重新整改", "去整改"),
        State::Rectified => ("复查", "去复查"),
        State::Rechecked => ("销账", "去销账"),
        State::Reported | State::Transferred => ("答复", "去答复"),
        State::Closed | State::Dismissed | State::Void => ("已办结", "看记录"),
    }
}
