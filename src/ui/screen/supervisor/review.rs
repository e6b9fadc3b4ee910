//! The review copy of a record, whole on one screen: portrait and signatures, data and exceptions, fingers and eyes.

use iced::widget::{Space, column, container, row, text};
use iced::{Center, Fill, Size};

use super::approvals::{Message, exceptions, hindrance};
use super::{panel, person, phrase};
use crate::domain::session::{HitId, RecordId};
use crate::station::counter::{BackRoom, Pending, Review, Side};
use crate::ui::spacing::{HEADLINE, L, M, S};
use crate::ui::theme::{Tone, plate};
use crate::ui::widget::parts::BOLD;
use crate::ui::widget::{caption, chip};
use crate::ui::{Context, Element, text as say};

/// Exceptions that the middle has room for.
const EXCEPTIONS: usize = 4;
/// Findings that the middle has room for.
const HITS: usize = 2;

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
    let middle = asked.unwrap_or_else(|| facts(review, ctx));
    let right = container(person::biometrics(ctx, side));
    column![head, row![left, middle, right].spacing(L)].spacing(S).into()
}

/// The photo that shows why something is empty; nothing where there is none.
fn evidence<'a>(ctx: &Context<'a>, side: &Side) -> Option<Element<'a, Message>> {
    let shown = side.shown.evidence.as_ref()?;
    let picture = person::picture(ctx, Some(shown), Size::new(165.0, 110.0), "supervisor-no-picture");
    Some(column![picture, caption(ctx.t("evidence-title"))].spacing(2.0).align_x(Center).into())
}

fn facts<'a>(review: &'a Review, ctx: &Context<'a>) -> Element<'a, Message> {
    let side = &review.this;
    let mut words = column![person::data(ctx, side)].spacing(M);
    if side.exceptions.is_empty() {
        words = words.push(panel::sentence(Tone::Good, ctx.t("supervisor-no-exceptions")));
    } else {
        words = words.push(exceptions(&side.exceptions, ctx, EXCEPTIONS));
    }
    if let Some(how) = &side.photo_override {
        words = words.push(panel::sentence(Tone::Warning, panel::short(&phrase::overridden(ctx, how), 150)));
    }
    if side.repainted {
        words = words.push(panel::sentence(Tone::Warning, ctx.t("photo-repainted")));
    }
    if let Some(reason) = &side.evidence_waived {
        words = words.push(panel::sentence(Tone::Neutral, ctx.say("evidence-waived", &[("reason", reason)])));
    }
    for state in review.hits.iter().take(HITS) {
        let (tone, verdict) = match state.verdict {
            Some(verdict) => (Tone::Neutral, say::verdict(ctx.words, verdict)),
            None => (Tone::Bad, ctx.t("supervisor-undecided")),
        };
        let said = ctx.say("supervisor-review-hit", &[("nik", state.hit.other_nik.as_str()), ("verdict", &verdict)]);
        words = words.push(panel::sentence(tone, said));
    }
    if review.hits.len() > HITS {
        let more = (review.hits.len() - HITS).to_string();
        words = words.push(caption(ctx.say("supervisor-more", &[("count", &more)])));
    }
    container(words).padding(L).width(Fill).height(Fill).style(plate::card).into()
}
