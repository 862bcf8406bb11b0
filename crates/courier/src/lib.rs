//! Calls out of the house. The courier carries what it is handed and says what became of it; it knows addresses,
//! signatures and limits of the far side, and no noun.
//!
//! [`Wire`] makes one HTTP call with a time limit and size limits. Each channel is a pure builder of such a call
//! (mail speaks for itself) and a pure reader of its answer ([`Outcome`]): [`Bot`] group bots of WeCom, DingTalk and
//! Feishu; [`Gateway`] text messages and ringing telephones; [`Webhook`] other programs; [`push`] browsers; [`Mail`].
//! A [`Message`] is one of a few fixed lines and a link: there is no place in it for a name or a detail (1.2).
//!
//! Nothing is repeated here: whoever keeps the list of what is to be sent decides that, by the outcome.
//! Not here: what is to be told to whom, when to try again, receipts (the nouns and the binary).

mod bots;
mod gateway;
mod http;
mod mail;
mod message;
mod outcome;
pub mod push;
pub mod sign;
mod webhook;

pub use bots::{Bot, WECOM_TEXT_BYTES};
pub use gateway::{Gateway, Rung};
pub use http::{Answer, Call, Unreached, Wire, parse_url};
pub use mail::{Mail, Shelter};
pub use message::{LINK_BYTES_MAX, Line, Message, Outcome, Words};
pub use webhook::Webhook;
