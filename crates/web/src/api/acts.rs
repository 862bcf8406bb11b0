//! The acts on a hazard, each its own operation with its own content (notice 2.6). What is possible, and by whom, is
//! the noun's matter; a test holds that every act of the noun has its address here.

use axum::Json;
use axum::extract::State;
use base::{Error, Problem};
use safety::hazard::{self, Act, Input};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, PathId};
use super::fault::Reply;
use super::files::stored;
use super::hazard::HazardHead;
use super::wire::{At, Category, Fact, Grade, Name, Note, Number, PhotoHash, Term, Uid};
use crate::state::Web;

/// Departments that help the lead with one hazard.
const HELPERS_MAX: usize = 50;

/// Everything that an act can be told.
#[derive(Clone, Debug, Default)]
struct Told {
    version: Option<i64>,
    note: Option<Note>,
    photos: Vec<PhotoHash>,
    behalf: Option<Uid>,
    category: Option<Category>,
    grade: Option<Grade>,
    term: Option<Term>,
    until: Option<At>,
    assignee: Option<Uid>,
    lead: Option<Uid>,
    helpers: Vec<Uid>,
    to: Option<Uid>,
    number: Option<Number>,
    what: Option<Fact>,
    place: Option<Uid>,
    place_text: Option<Name>,
    responsibility: Option<Note>,
    measures: Option<Note>,
    funds: Option<Note>,
    deadline: Option<Note>,
    plan: Option<Note>,
}

impl Told {
    fn five(&self) -> Option<hazard::Five> {
        let text = |t: &Option<Note>| t.as_ref().map(|t| t.0.clone()).unwrap_or_default();
        self.plan.as_ref()?;
        Some(hazard::Five {
            responsibility: text(&self.responsibility),
            measures: text(&self.measures),
            funds: text(&self.funds),
            deadline: text(&self.deadline),
            plan: text(&self.plan),
        })
    }
    fn input(self, photos: Vec<safety::Photo>) -> Input {
        Input {
            five: self.five(),
            version: self.version,
            note: self.note.map(|n| n.0),
            photos,
            behalf: self.behalf.map(|b| b.0),
            category: self.category.map(|c| c.0),
            grade: self.grade.map(|g| g.0),
            term: self.term.map(|t| t.0),
            until: self.until.map(|u| u.0),
            assignee: self.assignee.map(|a| a.0),
            lead: self.lead.map(|l| l.0),
            helpers: self.helpers.into_iter().map(|h| h.0).collect(),
            to: self.to.map(|t| t.0),
            number: self.number.map(|n| n.0),
            what: self.what.map(|w| w.0),
            place: self.place.map(|p| p.0),
            place_text: self.place_text.map(|t| t.0),
        }
    }
}

async fn run<T: Clone + Into<Told>>(web: Web, id: base::Id, call: Call<T>, act: Act) -> Reply<Json<HazardHead>> {
    let told: Told = call.body.clone().into();
    if told.helpers.len() > HELPERS_MAX {
        return Err(Error::invalid("helpers", Problem::OutOfRange { min: 0, max: HELPERS_MAX as i64 }).into());
    }
    let photos = stored(&web, &told.photos).await?;
    let input = told.input(photos);
    let job = move |cx: &mut safety::Cx<'_, '_>| {
        let hazard = hazard::act::act(cx, id, act, &input)?;
        Ok(HazardHead::of(&hazard, cx.now))
    };
    Ok(Json(call.once(&web, job).await?))
}

/// An act: its content, its handler and its description.
macro_rules! acts {
    ($(
        $(#[$doc:meta])*
        $act:ident $handler:ident $path:literal $body:ident {
            $($(#[$fdoc:meta])* $field:ident : $type:ty),* $(,)?
        }
    )+) => {
        $(
            /// What the act is told.
            #[derive(Clone, Debug, Deserialize, ToSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $body {
                /// The version that the asker saw: a record that has moved on is refused.
                version: Option<i64>,
                $($(#[$fdoc])* $field: $type),*
            }

            impl From<$body> for Told {
                fn from(body: $body) -> Told {
                    Told { version: body.version, $($field: body.$field.into(),)* ..Told::default() }
                }
            }

            $(#[$doc])*
            #[utoipa::path(post, path = $path, tag = "hazards", params(("id" = Uid, Path, description = "The hazard")),
                request_body = $body, responses((status = 200, description = "Done", body = HazardHead)))]
            async fn $handler(
                State(web): State<Web>,
                PathId(id): PathId,
                call: Call<$body>,
            ) -> Reply<Json<HazardHead>> {
                run(web, id, call, Act::$act).await
            }
        )+

        pub fn routes() -> OpenApiRouter<Web> {
            OpenApiRouter::new()$(.routes(routes!($handler)))+
        }
    };
}

acts! {
    /// Grade a hazard
    Grade hazard_grade "/hazards/{id}/grade" HazardGrade {
        grade: Grade,
        /// Must be known by now.
        category: Option<Category>,
        term: Option<Term>,
        note: Option<Note>,
    }

    /// Assign a hazard
    ///
    /// To a person, or to one lead department with helpers; graded in the same act if it was not.
    Assign hazard_assign "/hazards/{id}/assign" HazardAssign {
        assignee: Option<Uid>,
        lead: Option<Uid>,
        #[serde(default)]
        #[schema(max_items = 50)]
        helpers: Vec<Uid>,
        /// By the term when absent.
        until: Option<At>,
        grade: Option<Grade>,
        category: Option<Category>,
        term: Option<Term>,
        /// Temporary protection until it is rectified.
        note: Option<Note>,
    }

    /// Decline a hazard that was assigned
    ///
    /// Once, with a reason; the leader in charge decides.
    Decline hazard_decline "/hazards/{id}/decline" HazardDecline {
        note: Note,
    }

    /// Protect people until a hazard is rectified
    Protect hazard_protect "/hazards/{id}/protect" HazardProtect {
        /// What was done.
        note: Note,
        #[serde(default)]
        #[schema(max_items = 6)]
        photos: Vec<PhotoHash>,
        /// The person who did it, if another than the asker.
        behalf: Option<Uid>,
    }

    /// Report a hazard as rectified
    ///
    /// With a photo of it; a major hazard needs the five settled first.
    Rectify hazard_rectify "/hazards/{id}/rectify" HazardRectify {
        /// What was done.
        note: Note,
        #[serde(default)]
        #[schema(max_items = 6)]
        photos: Vec<PhotoHash>,
        behalf: Option<Uid>,
    }

    /// Recheck a rectified hazard: it is in order
    ///
    /// By another person than the rectifier.
    Recheck hazard_recheck "/hazards/{id}/recheck" HazardRecheck {
        note: Option<Note>,
        #[serde(default)]
        #[schema(max_items = 6)]
        photos: Vec<PhotoHash>,
        behalf: Option<Uid>,
    }

    /// Recheck a rectified hazard: it goes back
    Return hazard_return "/hazards/{id}/return" HazardReturn {
        note: Note,
        #[serde(default)]
        #[schema(max_items = 6)]
        photos: Vec<PhotoHash>,
        behalf: Option<Uid>,
        /// By the term when absent.
        until: Option<At>,
    }

    /// Close a hazard
    Close hazard_close "/hazards/{id}/close" HazardClose {
        note: Option<Note>,
        behalf: Option<Uid>,
    }

    /// Ask for more time, once
    ExtendAsk hazard_extend_ask "/hazards/{id}/extend_ask" HazardExtendAsk {
        /// Later than the deadline, by at most what the pack allows.
        until: At,
        note: Note,
    }

    /// Grant more time
    ExtendYes hazard_extend_yes "/hazards/{id}/extend_yes" HazardExtendYes {
        note: Option<Note>,
    }

    /// Refuse more time
    ExtendNo hazard_extend_no "/hazards/{id}/extend_no" HazardExtendNo {
        note: Note,
    }

    /// Report a hazard to the level above
    ///
    /// What is beyond the school's power.
    Report hazard_report "/hazards/{id}/report" HazardReport {
        note: Note,
    }

    /// Transfer a hazard to an agency
    Transfer hazard_transfer "/hazards/{id}/transfer" HazardTransfer {
        /// An agency of the bureau, or of one above.
        to: Uid,
        /// When an answer is due; by the pack when absent.
        until: Option<At>,
        note: Option<Note>,
    }

    /// Answer that it has been dealt with
    AnswerDone hazard_answer_done "/hazards/{id}/answer_done" HazardAnswerDone {
        note: Note,
        #[serde(default)]
        #[schema(max_items = 6)]
        photos: Vec<PhotoHash>,
        behalf: Option<Uid>,
    }

    /// Answer that it goes back to the school
    AnswerBack hazard_answer_back "/hazards/{id}/answer_back" HazardAnswerBack {
        note: Note,
    }

    /// Answer that it has been taken up
    AnswerTaken hazard_answer_taken "/hazards/{id}/answer_taken" HazardAnswerTaken {
        /// The new day.
        until: At,
        note: Option<Note>,
    }

    /// List a major hazard for supervision
    List hazard_supervise "/hazards/{id}/list" HazardSupervise {
        /// Number of the order.
        number: Number,
        note: Option<Note>,
    }

    /// Take a hazard off the list of supervision
    Delist hazard_delist "/hazards/{id}/delist" HazardDelist {
        /// What was seen on the spot.
        note: Note,
    }

    /// Settle the five things of a major hazard
    Five hazard_five "/hazards/{id}/five" HazardFive {
        responsibility: Note,
        measures: Note,
        funds: Note,
        deadline: Note,
        plan: Note,
        note: Option<Note>,
    }

    /// Comment on a hazard
    Comment hazard_comment "/hazards/{id}/comment" HazardComment {
        note: Note,
        #[serde(default)]
        #[schema(max_items = 6)]
        photos: Vec<PhotoHash>,
    }

    /// Correct what was entered
    ///
    /// What stood before stays in the history.
    Correct hazard_correct "/hazards/{id}/correct" HazardCorrect {
        /// Why.
        note: Note,
        what: Option<Fact>,
        place: Option<Uid>,
        place_text: Option<Name>,
        category: Option<Category>,
    }

    /// Dismiss a hazard: it is none
    Dismiss hazard_dismiss "/hazards/{id}/dismiss" HazardDismiss {
        note: Note,
    }

    /// Void a hazard that was entered by mistake
    Void hazard_void "/hazards/{id}/void" HazardVoid {
        note: Note,
    }
}
