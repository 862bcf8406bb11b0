//! Who may do what to what: one table of rules, one `decide`, one scope predicate for lists. Everything defaults to
//! refused. Scope goes by the unit tree as of now (the closure table `unit_tree`), never by text or by old partitions.

use base::{Day, Error, Id, Refusal, Result};
use db::args;

use super::cx::Cx;
use crate::org::Role::{self, *};

/// What can be done. Named noun first, verb after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    UnitRead,
    UnitManage,
    PersonRead,
    PersonManage,
    PostManage,
    PlaceRead,
    PlaceManage,
    RollRead,
    RollManage,
    TextRead,
    TextManage,
    TextAck,
    SupportRead,
    SupportManage,
    SupportAnswer,
    TipRead,
    TipHandle,
    TipGate,
    NoticeRead,
    NoticeIssue,
    /// 紧急通知, also by the desk that is awake
    NoticeUrge,
    NoticeSign,
    LayerManage,
    ContactsRead,
    ChannelManage,
    CheckRead,
    CheckRecord,
    MovementRead,
    MovementManage,
    MovementApprove,
    MovementStand,
    GatheringGrant,
    DrillRead,
    DrillManage,
    DrillCall,
    HazardRead,
    HazardRaise,
    HazardComment,
    HazardGrade,
    HazardAssign,
    HazardDecline,
    HazardDecide,
    HazardProtect,
    HazardRectify,
    HazardRecheck,
    HazardClose,
    HazardExtend,
    HazardExtendDecide,
    HazardReport,
    HazardTransfer,
    HazardAnswer,
    HazardList,
    HazardDelist,
    HazardFive,
    HazardCorrect,
    HazardDismiss,
    HazardVoid,
    IncidentRead,
    IncidentReport,
    IncidentCall,
    IncidentSteer,
    IncidentReceive,
    IncidentWithdraw,
    AlarmRead,
    AlarmRaise,
    AlarmAnswer,
    AlarmEnd,
    AlarmAccount,
    AbsenceRead,
    AbsenceRecord,
    OutsideRead,
    OutsideEnter,
    ClueRead,
    ClueExplain,
    ClueSettle,
    DutyRead,
    WorkRecord,
    DutyArrange,
    DutyCheck,
    DutyAccept,
    DutyWaive,
    PackManage,
    JournalRead,
    SystemManage,
    Erase,
}

use Action::*;

impl Action {
    pub const ALL: &'static [Action] = &[
        UnitRead,
        UnitManage,
        PersonRead,
        PersonManage,
        PostManage,
        PlaceRead,
        PlaceManage,
        RollRead,
        RollManage,
        TextRead,
        TextManage,
        TextAck,
        SupportRead,
        SupportManage,
        SupportAnswer,
        TipRead,
        TipHandle,
        TipGate,
        NoticeRead,
        NoticeIssue,
        NoticeUrge,
        NoticeSign,
        LayerManage,
        ContactsRead,
        ChannelManage,
        CheckRead,
        CheckRecord,
        MovementRead,
        MovementManage,
        MovementApprove,
        MovementStand,
        GatheringGrant,
        DrillRead,
        DrillManage,
        DrillCall,
        HazardRead,
        HazardRaise,
        HazardComment,
        HazardGrade,
        HazardAssign,
        HazardDecline,
        HazardDecide,
        HazardProtect,
        HazardRectify,
        HazardRecheck,
        HazardClose,
        HazardExtend,
        HazardExtendDecide,
        HazardReport,
        HazardTransfer,
        HazardAnswer,
        HazardList,
        HazardDelist,
        HazardFive,
        HazardCorrect,
        HazardDismiss,
        HazardVoid,
        IncidentRead,
        IncidentReport,
        IncidentCall,
        IncidentSteer,
        IncidentReceive,
        IncidentWithdraw,
        AlarmRead,
        AlarmRaise,
        AlarmAnswer,
        AlarmEnd,
        AlarmAccount,
        AbsenceRead,
        AbsenceRecord,
        OutsideRead,
        OutsideEnter,
        ClueRead,
        ClueExplain,
        ClueSettle,
        DutyRead,
        WorkRecord,
        DutyArrange,
        DutyCheck,
        DutyAccept,
        DutyWaive,
        PackManage,
        JournalRead,
        SystemManage,
        Erase,
    ];
}

/// How the thing's unit stands to the actor's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The actor's own institution (departments and campuses inside it included).
    Own,
    /// An institution below the actor's.
    Below,
    /// An institution above the actor's.
    Above,
    /// Neither: but this very thing was handed to the actor's unit (an agency).
    Handed,
    Foreign,
}

impl Relation {
    pub const ALL: &'static [Relation] =
        &[Relation::Own, Relation::Below, Relation::Above, Relation::Handed, Relation::Foreign];
}

use Relation::{Above, Below, Foreign, Handed, Own};

pub struct Rule {
    pub id: &'static str,
    pub actions: &'static [Action],
    pub roles: &'static [Role],
    pub relations: &'static [Relation],
    /// Only for work that is assigned to the actor (as person or as department).
    pub mine: bool,
}

const STAFF: &[Role] = &[
    Principal, Vice, PupilsHead, SafetyHead, Teacher, Guard, Canteen, Dorm, Escort, Fixer, Counsellor, Reporter,
    DeptHead,
];
const SAFETY: &[Role] = &[Principal, Vice, SafetyHead];
const LEADERS: &[Role] = &[Principal, Vice];
const BUREAU: &[Role] = &[BureauHead, BureauVice, Officer];
const BUREAU_LEADERS: &[Role] = &[BureauHead, BureauVice];
/// Whose work needs pupils by name: classes, dormitories, buses, care.
const ROLL: &[Role] = &[Principal, Vice, PupilsHead, SafetyHead, Teacher, Dorm, Escort, Counsellor, DeptHead];
const ABSENCE: &[Role] = &[Principal, Vice, PupilsHead, SafetyHead, Teacher, DeptHead, Counsellor];
const EVERYBODY: &[Role] = Role::ALL;

const READS: &[Action] = &[UnitRead, PersonRead, PlaceRead, ContactsRead, CheckRead, HazardRead, DutyRead];
const STEER: &[Action] =
    &[HazardGrade, HazardAssign, HazardReport, HazardTransfer, HazardFive, HazardCorrect, HazardDismiss, HazardVoid];
const WORK: &[Action] = &[HazardProtect, HazardRectify, HazardExtend];

const REPORTS: &[Action] = &[IncidentRead, IncidentReport, IncidentCall, IncidentSteer];

const fn rule(
    id: &'static str,
    actions: &'static [Action],
    roles: &'static [Role],
    relations: &'static [Relation],
    mine: bool,
) -> Rule {
    Rule { id, actions, roles, relations, mine }
}

/// The whole law. A school's roles meet `Below` only at a 中心校, which has 村小 and 教学点 under it.
pub const RULES: &[Rule] = &[
    rule("read.staff", READS, STAFF, &[Own], false),
    rule("read.centre", READS, SAFETY, &[Below], false),
    rule("read.bureau", READS, BUREAU, &[Own, Below], false),
    rule("read.desk", &[UnitRead, ContactsRead, HazardRead, PlaceRead], &[Desk], &[Own, Below], false),
    rule("read.up", &[UnitRead, ContactsRead], EVERYBODY, &[Own, Above], false),
    // Names of pupils: inside the school only; a class teacher writes on the roll of the own class.
    rule("roll.read", &[RollRead], ROLL, &[Own], false),
    rule("roll.manage", &[RollManage], &[Principal, Vice, PupilsHead, SafetyHead], &[Own], false),
    rule("roll.mine", &[RollManage], &[Teacher], &[Own], true),
    // Written rules are read by everybody they may bind; the superior sees which are missing.
    rule("text.staff", &[TextRead, TextAck], STAFF, &[Own], false),
    rule("text.desk", &[TextRead, TextAck], &[Desk], &[Own], false),
    rule("text.bureau", &[TextRead], BUREAU, &[Own, Below], false),
    rule("text.bureau.own", &[TextManage, TextAck], BUREAU, &[Own], false),
    rule("text.centre", &[TextRead], SAFETY, &[Below], false),
    rule("text.manage", &[TextManage], SAFETY, &[Own], false),
    // A weak school is known to its own leaders and to its superiors, to nobody else.
    rule("support.school", &[SupportRead, SupportAnswer], SAFETY, &[Own], false),
    rule("support.bureau", &[SupportRead, SupportManage], BUREAU, &[Below], false),
    rule("support.bureau.own", &[SupportRead], BUREAU, &[Own], false),
    // What the public tells of a school is read above it only, never by those whom it is about.
    rule("tip.bureau", &[TipRead, TipHandle], BUREAU, &[Below], false),
    rule("tip.gate", &[TipGate], BUREAU_LEADERS, &[Own], false),
    // A notice is read by all whom it may concern, signed by those who answer for a unit, issued by a bureau.
    rule("notice.staff", &[NoticeRead], STAFF, &[Own], false),
    rule("notice.bureau", &[NoticeRead], BUREAU, &[Own, Below], false),
    rule("notice.desk", &[NoticeRead, NoticeSign, NoticeUrge], &[Desk], &[Own], false),
    rule("notice.centre", &[NoticeRead], SAFETY, &[Below], false),
    rule("notice.sign", &[NoticeSign], &[Principal, Vice, SafetyHead, Reporter], &[Own], false),
    rule("notice.sign.bureau", &[NoticeSign, NoticeIssue, NoticeUrge, LayerManage], BUREAU, &[Own], false),
    rule("layer.school", &[LayerManage], SAFETY, &[Own], false),
    rule("note.staff", &[HazardRaise, HazardComment, CheckRecord], STAFF, &[Own], false),
    rule("note.centre", &[HazardRaise, HazardComment, CheckRecord], SAFETY, &[Below], false),
    rule("note.bureau", &[HazardRaise, HazardComment, CheckRecord], BUREAU, &[Own, Below], false),
    rule("steer.school", STEER, SAFETY, &[Own, Below], false),
    rule("steer.bureau", STEER, BUREAU, &[Own], false),
    rule("work.mine", WORK, STAFF, &[Own], true),
    rule("work.mine.bureau", WORK, BUREAU, &[Own], true),
    rule("work.behalf", WORK, SAFETY, &[Own, Below], false),
    rule("work.behalf.bureau", WORK, BUREAU, &[Own], false),
    rule("decline.mine", &[HazardDecline], STAFF, &[Own], true),
    rule("decline.mine.bureau", &[HazardDecline], BUREAU, &[Own], true),
    rule("decide.leader", &[HazardDecide], LEADERS, &[Own, Below], false),
    rule("decide.bureau", &[HazardDecide], BUREAU_LEADERS, &[Own], false),
    rule("recheck.school", &[HazardRecheck], SAFETY, &[Own, Below], false),
    rule("recheck.dept", &[HazardRecheck], &[DeptHead, PupilsHead], &[Own], false),
    rule("recheck.bureau", &[HazardRecheck], BUREAU, &[Own], false),
    rule("recheck.second", &[HazardRecheck, HazardClose], STAFF, &[Below], true),
    rule("recheck.second.bureau", &[HazardRecheck, HazardClose], BUREAU, &[Below], true),
    rule("close.leader", &[HazardClose], LEADERS, &[Own, Below], false),
    rule("close.centre", &[HazardClose], &[SafetyHead], &[Below], false),
    rule("close.bureau", &[HazardClose], BUREAU_LEADERS, &[Own], false),
    rule("extend.leader", &[HazardExtendDecide], LEADERS, &[Own, Below], false),
    rule("extend.bureau", &[HazardExtendDecide], BUREAU_LEADERS, &[Own], false),
    rule("transfer.bureau", &[HazardTransfer], BUREAU, &[Below], false),
    rule("answer.bureau", &[HazardAnswer], BUREAU, &[Below], false),
    rule("answer.centre", &[HazardAnswer], SAFETY, &[Below], false),
    rule("answer.agency", &[HazardRead, HazardAnswer, HazardComment], &[Agency], &[Handed], false),
    rule("list.bureau", &[HazardList, HazardDelist], BUREAU, &[Below], false),
    // Timetables and posts are read by the whole staff, made by those who answer for safety and pupils, decided by leaders.
    rule("movement.staff", &[MovementRead, MovementStand], STAFF, &[Own], false),
    rule("movement.make", &[MovementManage], &[Principal, Vice, SafetyHead, PupilsHead], &[Own], false),
    rule("movement.decide", &[MovementApprove], LEADERS, &[Own, Below], false),
    rule("movement.centre", &[MovementRead, MovementManage], SAFETY, &[Below], false),
    rule("movement.bureau", &[MovementRead], BUREAU, &[Own, Below], false),
    rule("gathering.grant", &[GatheringGrant], BUREAU, &[Below], false),
    // A drill is seen and called by the whole staff, led by those who answer for safety and pupils.
    rule("drill.staff", &[DrillRead, DrillCall], STAFF, &[Own], false),
    rule("drill.lead", &[DrillManage], &[Principal, Vice, SafetyHead, PupilsHead], &[Own], false),
    rule("drill.centre", &[DrillRead, DrillManage, DrillCall], SAFETY, &[Below], false),
    rule("drill.bureau", &[DrillRead], BUREAU, &[Own, Below], false),
    // Whoever stands beside it reports, whatever the post, and reads what he reported; the course of it is for those who
    // answer for it. A superior signs and passes on, and writes a first report only for a school that rang up.
    rule("incident.staff", &[IncidentReport], STAFF, &[Own], false),
    rule("incident.mine", &[IncidentCall], STAFF, &[Own], true),
    rule("incident.school", REPORTS, SAFETY, &[Own, Below], false),
    rule("incident.reporter", REPORTS, &[Reporter], &[Own], false),
    rule("incident.pupils", &[IncidentRead], &[PupilsHead], &[Own], false),
    rule("incident.withdraw", &[IncidentWithdraw], SAFETY, &[Own, Below], false),
    rule("incident.bureau", &[IncidentRead, IncidentReport, IncidentCall, IncidentReceive], BUREAU, &[Below], false),
    rule("incident.desk", &[IncidentRead, IncidentReport, IncidentCall, IncidentReceive], &[Desk], &[Below], false),
    // An alarm is pressed by anybody of the school, heard by every level at once, ended by who answers for the school.
    rule("alarm.staff", &[AlarmRead, AlarmRaise, AlarmAccount], STAFF, &[Own], false),
    rule("alarm.others", &[AlarmRead, AlarmRaise], &[Admin, Archivist], &[Own], false),
    rule("alarm.school", &[AlarmAnswer], &[Principal, Vice, SafetyHead, PupilsHead, Guard, Dorm], &[Own], false),
    rule("alarm.school.end", &[AlarmEnd], SAFETY, &[Own, Below], false),
    rule("alarm.centre", &[AlarmRead, AlarmAnswer], SAFETY, &[Below], false),
    rule("alarm.bureau", &[AlarmRead, AlarmRaise, AlarmAnswer, AlarmEnd], BUREAU, &[Own, Below], false),
    rule("alarm.desk", &[AlarmRead, AlarmRaise, AlarmAnswer, AlarmEnd], &[Desk], &[Own, Below], false),
    rule("alarm.agency", &[AlarmRead, AlarmAnswer], &[Agency], &[Handed], false),
    // Counts of the ill, no names: told by whoever leads a class, seen by those who answer for the school and above it.
    rule("absence.staff", &[AbsenceRead, AbsenceRecord], ABSENCE, &[Own], false),
    rule("absence.centre", &[AbsenceRead], SAFETY, &[Below], false),
    rule("absence.bureau", &[AbsenceRead], BUREAU, &[Own, Below], false),
    // Lists of other offices are entered and read above the school only.
    rule("outside.bureau", &[OutsideRead], BUREAU, &[Below], false),
    rule("outside.bureau.own", &[OutsideRead, OutsideEnter], BUREAU, &[Own], false),
    // A clue is explained by whom it is about and decided above.
    rule("clue.school", &[ClueRead, ClueExplain], SAFETY, &[Own], false),
    rule("clue.centre", &[ClueRead, ClueExplain], SAFETY, &[Below], false),
    rule("clue.bureau", &[ClueRead, ClueSettle], BUREAU, &[Below], false),
    rule("clue.bureau.own", &[ClueRead, ClueExplain], BUREAU, &[Own], false),
    rule("clue.desk", &[ClueRead], &[Desk], &[Own, Below], false),
    rule("record.staff", &[WorkRecord], STAFF, &[Own], false),
    rule("record.centre", &[WorkRecord, DutyArrange, DutyCheck], SAFETY, &[Own, Below], false),
    rule("record.bureau", &[WorkRecord, DutyArrange, DutyCheck], BUREAU, &[Own], false),
    rule("check.dept", &[DutyCheck], &[DeptHead, PupilsHead], &[Own], false),
    rule("check.second", &[DutyCheck, DutyAccept], STAFF, &[Below], true),
    rule("accept.leader", &[DutyAccept], LEADERS, &[Own, Below], false),
    rule("accept.bureau", &[DutyAccept], BUREAU_LEADERS, &[Own], false),
    rule("sign.above", &[DutyCheck, DutyAccept, DutyWaive], BUREAU, &[Below], false),
    rule(
        "manage.admin",
        &[UnitManage, PersonRead, PersonManage, PostManage, PlaceManage, PlaceRead, Erase],
        &[Admin],
        &[Own, Below],
        false,
    ),
    rule(
        "manage.bureau",
        &[UnitManage, PersonManage, PostManage, PlaceManage],
        &[Officer, BureauVice, BureauHead],
        &[Own, Below],
        false,
    ),
    rule("manage.school", &[PersonManage, PostManage, PlaceManage], SAFETY, &[Own, Below], false),
    // A unit's bots and programs, and what could not be delivered: whoever manages it, and its superior's administrator.
    rule("channel.admin", &[ChannelManage], &[Admin], &[Own, Below], false),
    rule("channel.school", &[ChannelManage], SAFETY, &[Own], false),
    rule("channel.bureau", &[ChannelManage], BUREAU, &[Own], false),
    // Packs are the city's (the noun asks for that), school time a bureau's own.
    rule("pack.bureau", &[PackManage], &[Officer, BureauVice, BureauHead], &[Own], false),
    rule("journal.audit", &[JournalRead], &[Auditor, Admin], &[Own, Below], false),
    rule("read.audit", &[UnitRead, ContactsRead], &[Auditor, Admin, Archivist], &[Own, Below], false),
    rule("system.admin", &[SystemManage], &[Admin], &[Own], false),
    rule("system", Action::ALL, &[System], Relation::ALL, false),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    pub allow: bool,
    /// The rule that allowed; `none` when nothing did.
    pub rule: &'static str,
}

/// The one decision. Pure: role, relation, action, and whether the work is the actor's own.
pub fn decide(role: Role, relation: Relation, action: Action, mine: bool) -> Decision {
    let hit = RULES.iter().find(|r| {
        r.actions.contains(&action) && r.roles.contains(&role) && r.relations.contains(&relation) && (mine || !r.mine)
    });
    match hit {
        Some(rule) => Decision { allow: true, rule: rule.id },
        None => Decision { allow: false, rule: "none" },
    }
}

/// How far a role reaches with a reading action: the shape of the scope predicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The whole subtree of the actor's unit.
    Subtree,
    /// The actor's own institution.
    Unit,
    /// Only what was handed to the actor's unit.
    Handed,
    Nothing,
    /// The program itself.
    All,
}

pub fn reach(role: Role, action: Action) -> Reach {
    let may = |relation| decide(role, relation, action, false).allow;
    if may(Foreign) {
        Reach::All
    } else if may(Below) {
        Reach::Subtree
    } else if may(Own) {
        Reach::Unit
    } else if may(Handed) {
        Reach::Handed
    } else {
        Reach::Nothing
    }
}

impl Reach {
    /// The SQL predicate over a table alias `h` with column `unit` (and `agency`), `$1` = the actor's unit.
    pub fn predicate(self) -> &'static str {
        match self {
            Reach::Subtree => "exists (select 1 from unit_tree s where s.top = $1 and s.unit = h.unit)",
            Reach::Unit => "h.unit = $1",
            Reach::Handed => "h.agency = $1",
            Reach::Nothing => "(h.unit = $1 and 1 = 0)",
            Reach::All => "(h.unit = $1 or 1 = 1)",
        }
    }
    pub const SHAPES: &'static [Reach] = &[Reach::Subtree, Reach::Unit, Reach::Handed, Reach::Nothing, Reach::All];
}

pub mod sql {
    pub const DEPTH: &str = "select depth from unit_tree where top = $1 and unit = $2";
    pub const POST_OPEN: &str = "select p.until_on, l.blocked_at from post p join login l on l.person = p.person \
        where p.id = $1 and l.id = $2";
    pub const ALL: &[&str] = &[DEPTH, POST_OPEN];
}

/// How `unit` (an institution) stands to the actor's.
pub fn relation(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Relation> {
    if cx.actor.role == System || unit == cx.actor.unit {
        return Ok(Own);
    }
    if cx.tx.row(sql::DEPTH, args![cx.actor.unit, unit])?.is_some() {
        return Ok(Below);
    }
    if cx.tx.row(sql::DEPTH, args![unit, cx.actor.unit])?.is_some() {
        return Ok(Above);
    }
    Ok(Foreign)
}

/// Guards an act; see `Cx::require`.
pub fn require(cx: &mut Cx<'_, '_>, action: Action, unit: Id, mine: bool) -> Result<Decision> {
    let relation = relation(cx, unit)?;
    let decision = decide(cx.actor.role, relation, action, mine);
    if decision.allow {
        return Ok(decision);
    }
    let known = decide(cx.actor.role, relation, UnitRead, false).allow;
    Err(if known { Refusal::NoRight.into() } else { Refusal::NotFound.into() })
}

/// A post that ended, or a login that was blocked, since the request was let in acts no more.
pub(super) fn still_in_post(cx: &mut Cx<'_, '_>) -> Result<()> {
    let (Some(post), Some(login)) = (cx.actor.post, cx.actor.login) else { return Ok(()) };
    let row = cx.tx.row(sql::POST_OPEN, args![post, login])?.ok_or(Error::from(Refusal::SignIn))?;
    let ended = row.opt_day("until_on")?.is_some_and(|until: Day| until < cx.now.day());
    if ended || row.opt_int("blocked_at")?.is_some() {
        return Err(Refusal::SignIn.into());
    }
    Ok(())
}
