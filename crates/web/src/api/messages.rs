//! Messages of oneself, what could not be delivered, and the channels of oneself and of a unit (notice 1.2: information
//! flows). An address and a secret go in and are never said again.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::Id;
use safety::kernel::outbox;
use safety::message::{self, channel};
use safety::{Command, Cx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Nothing, PathId, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::org::Made;
use super::page::{self, Listed, Paging};
use super::wire::{Address, At, DeliveryState, MessageKind, Secret, Uid, Way};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(message_list))
        .routes(routes!(message_read))
        .routes(routes!(message_read_all))
        .routes(routes!(message_dead))
        .routes(routes!(message_again))
        .routes(routes!(channel_list, channel_add))
        .routes(routes!(channel_end))
        .routes(routes!(channel_test))
}

dto! {
    /// A message: ids, never data. The record is read with one's own rights.
    Message of message::Message {
        id: Uid = one,
        kind: MessageKind = one,
        /// What it is about, by the noun's name.
        noun: String = one,
        subject: Uid = one,
        /// The institution where it happens.
        about: Uid = one,
        received_at: At = one,
        read_at: Option<At> = opt,
        /// The matter went on, or is over.
        done_at: Option<At> = opt,
    }
}

dto! {
    /// A delivery with its receipt.
    Delivery of outbox::Line {
        id: Uid = one,
        way: Way = one,
        unit: Uid = one,
        person: Option<Uid> = opt,
        noun: String = one,
        subject: Uid = one,
        state: DeliveryState = one,
        tries: i64 = one,
        tried_at: Option<At> = opt,
        sent_at: Option<At> = opt,
        /// What the far side said last, or why it was given up.
        outcome: Option<String> = one,
        received_at: At = one,
    }
}

dto! {
    /// A far side. Of its address only the host is told.
    Channel of channel::Channel {
        id: Uid = one,
        unit: Uid = one,
        person: Option<Uid> = opt,
        way: Way = one,
        host: String = one,
        received_at: At = one,
        /// Its newest try.
        last: Option<Delivery> = opt,
    }
}

/// List one's messages
///
/// Newest first.
#[utoipa::path(get, path = "/messages", tag = "messages", params(Paging),
    responses((status = 200, description = "A page", body = Listed<Message>)))]
async fn message_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<Paging>,
) -> Reply<Json<Listed<Message>>> {
    let (rows, cursor) = (page::rows(asked.limit)?, asked.cursor);
    let (items, next) = web.read(signed.actor(), move |cx| message::list(cx, cursor.as_deref(), rows)).await?;
    Ok(Json(Listed { items: items.into_iter().map(Message::from).collect(), next_cursor: next }))
}

/// Mark a message as read
#[utoipa::path(post, path = "/messages/{id}/read", tag = "messages",
    params(("id" = Uid, Path, description = "The message")), request_body = Nothing,
    responses((status = 200, description = "Read", body = Made)))]
async fn message_read(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    simply(&web, call, id, |cx, id| message::read(cx, id).map(|_| ())).await
}

/// How many were marked.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct MessagesRead {
    pub read: i64,
}

/// Mark all one's messages as read
#[utoipa::path(post, path = "/messages/read", tag = "messages", request_body = Nothing,
    responses((status = 200, description = "Read", body = MessagesRead)))]
async fn message_read_all(State(web): State<Web>, call: Call<Nothing>) -> Reply<Json<MessagesRead>> {
    let job = |cx: &mut Cx<'_, '_>| Ok(MessagesRead { read: message::read_all(cx)? as i64 });
    Ok(Json(call.once(&web, job).await?))
}

/// List what could not be delivered
///
/// In the reach of whoever manages channels; newest first.
#[utoipa::path(get, path = "/messages/dead", tag = "messages", params(Paging),
    responses((status = 200, description = "A page", body = Listed<Delivery>)))]
async fn message_dead(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<Paging>,
) -> Reply<Json<Listed<Delivery>>> {
    let all = web.read(signed.actor(), channel::dead).await?;
    Ok(Json(page::cut(all, |line| line.id, asked.limit, asked.cursor.as_deref())?))
}

/// Try a dead delivery anew
#[utoipa::path(post, path = "/messages/dead/{id}/again", tag = "messages",
    params(("id" = Uid, Path, description = "The delivery")), request_body = Nothing,
    responses((status = 200, description = "It waits again", body = Made)))]
async fn message_again(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    simply(&web, call, id, channel::again).await
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChannelQuery {
    /// A unit's; one's own when absent.
    unit: Option<Uid>,
}

/// List one's channels, or a unit's
#[utoipa::path(get, path = "/channels", tag = "messages", params(ChannelQuery),
    responses((status = 200, description = "Channels with their newest try", body = Listed<Channel>)))]
async fn channel_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<ChannelQuery>,
) -> Reply<Json<Listed<Channel>>> {
    let job = move |cx: &mut Cx<'_, '_>| match asked.unit {
        Some(unit) => channel::of_unit(cx, unit.0),
        None => channel::own(cx),
    };
    let all = web.read(signed.actor(), job).await?;
    Ok(Json(Listed { items: all.into_iter().map(Channel::from).collect(), next_cursor: None }))
}

/// A far side to be entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelAdd {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// A unit that one manages; one's own when absent.
    unit: Option<Uid>,
    way: Way,
    /// Never said again; only its host is.
    address: Address,
    /// What it is signed with; of a browser its two keys with a space between. Never said again.
    secret: Option<Secret>,
}

/// Enter a channel
///
/// The same far side again is the same channel.
#[utoipa::path(post, path = "/channels", tag = "messages", request_body = ChannelAdd,
    responses((status = 201, description = "Entered", body = Made)))]
async fn channel_add(State(web): State<Web>, call: Call<ChannelAdd>) -> Reply<(StatusCode, Json<Made>)> {
    let b = call.body.clone();
    let unit = b.unit.map(|u| u.0);
    let new = channel::NewChannel {
        id: b.id.map(|i| i.0).or(call.key()),
        way: Some(b.way.0),
        address: b.address.0,
        secret: b.secret.map(|s| s.0),
    };
    // Neither address nor secret goes into what is kept of the request: a plain hash of it could be guessed.
    let key = call.key().map(|key| Command::new(key, &[b"POST /api/v1/channels"]));
    let job =
        move |cx: &mut Cx<'_, '_>| Ok(Made { id: channel::add(cx, unit, &new)?.into(), received_at: cx.now.into() });
    Ok((StatusCode::CREATED, Json(call.once_as(&web, key, job).await?)))
}

/// An act without a content of its own.
async fn simply(
    web: &Web,
    call: Call<Nothing>,
    id: Id,
    act: fn(&mut Cx<'_, '_>, Id) -> base::Result<()>,
) -> Reply<Json<Made>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        act(cx, id)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(web, job).await?))
}

/// End a channel
///
/// Its address and secret are emptied; what waits for it is not sent.
#[utoipa::path(post, path = "/channels/{id}/end", tag = "messages",
    params(("id" = Uid, Path, description = "The channel")), request_body = Nothing,
    responses((status = 200, description = "Ended", body = Made)))]
async fn channel_end(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    simply(&web, call, id, channel::end).await
}

/// Send a test over a channel
///
/// One in ten seconds.
#[utoipa::path(post, path = "/channels/{id}/test", tag = "messages",
    params(("id" = Uid, Path, description = "The channel")), request_body = Nothing,
    responses((status = 200, description = "On its way", body = Made)))]
async fn channel_test(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    simply(&web, call, id, channel::test).await
}
