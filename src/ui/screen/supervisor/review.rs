//! The review copy of a record, whole on one screen: portrait and signatures, data and exceptions, fingers and eyes.

use iced::widget::{Space, column, row, text};
use iced::{Center, Fill, Size};

use super::approvals::{Message, hindrance};
use super::{panel, person, remarks};
use crate::domain::session::{HitId, RecordId};
use crate::station::counter::{BackRoom, Pending, Review, Side};
use crate::ui::spacing::{HEADLINE, L, M, S};
use crate::ui::theme::Tone;
use crate::ui::widget::parts::BOLD;
use crate::ui::widget::{caption, chip};
use crate::ui::{Context, Element};

/// The review that is open.
pub fn open(room: &BackRoom) -> Option<&Review> {
    room.review.as_deref()
}

/// The first undecided finding of the record under review.
pub fn first_open_hit(room: &BackRoom) -> Option<(RecordId, HitId)> {
    let record = open(room)?.this.record.as_ref()?;
    let found = room.hits.iter().find(|pending| pending.record == *record)?;
    Some((found.record.clone(), found.hit.id.clone()))
}

/// The review; `asked` stands in the place of the data while something is asked.
pub fn view<'a>(
    review: &'a Review,
    pending: Option<&'a Pending>,
    asked: Option<Element<'a, Message>>,
    ctx: &Context<'a>,
) -> Element<'a, Message> {
    let side = &review.this;
    let name = pending.map_or("", |pending| pending.name.as_str());
    let titled = person::name(side, name);
    let record = side.record.as_ref().map_or("", |record| record.0.as_str());
    let state = match pending.map(hindrance) {
        None => chip(Tone::Neutral, ctx.t("supervisor-review-only")),
        Some(None) => chip(Tone::Good, ctx.t("supervisor-can-approve")),
        Some(Some(key)) => chip(Tone::Warning, ctx.t(key)),
    };
    let head = row![
        text(panel::short(&titled, 36)).size(HEADLINE).font(BOLD),
        caption(record.to_owned()),
        Space::new().width(Fill),
        state,
    ]
    .spacing(M)
    .align_y(Center);
    let paper = Size::new(200.0, 60.0);
    let left = column![person::portrait(ctx, side, Size::new(165.0, 220.0))]
        .push(evidence(ctx, side))
        .push(person::signature(ctx, side.shown.signature.as_deref(), paper))
        .push(caption(ctx.t("slot-signature")))
        .push(person::signature(ctx, side.shown.approval.as_deref(), paper))
        .push(caption(ctx.t("slot-approval")))
        .width(200)
        .spacing(2.0)
        .align_x(Center);
    let middle = asked.unwrap_or_else(|| remarks::facts(review, ctx));
    let right = person::biometrics(ctx, side, remarks::empty_slots(ctx, side));
    column![head, row![left, middle, right].spacing(L)].spacing(S).into()
}

/// The photo that shows why something is empty; nothing where there is none.
fn evidence<'a>(ctx: &Context<'a>, side: &Side) -> Option<Element<'a, Message>> {
    let shown = side.shown.evidence.as_ref()?;
    let picture = person::picture(ctx, Some(shown), Size::new(165.0, 110.0), "supervisor-no-picture");
    Some(column![picture, caption(ctx.t("evidence-title"))].spacing(2.0).align_x(Center).into())
}
