//! Parts that capture screens are drawn from.

use iced::advanced::image::Handle;
use iced::widget::{Space, column, container, row, text};
use iced::{Center, Fill, Size};

use super::advice::Advice;
use super::{Message, capture};
use crate::domain::session::{Slot, SlotState, Step};
use crate::station::counter::{Phase, Picture};
use crate::ui::spacing::{BODY, CAPTION, HEADLINE, L, M, S, TITLE, XS};
use crate::ui::theme::{Tone, ink, plate};
use crate::ui::widget::parts::BOLD;
use crate::ui::widget::{Preview, chip, meter};
use crate::ui::{Context, Element, text as say};

/// The sentence seen first.
pub fn advice<'a>(advice: Advice) -> Element<'a, Message> {
    let words = text(advice.words).size(HEADLINE).font(BOLD).width(Fill);
    let line = row![icon(advice.tone, HEADLINE), words].spacing(M).align_y(Center);
    container(line).padding([S, L]).width(Fill).style(plate::outlined(advice.tone)).into()
}

/// A sentence of a line or two under a picture.
pub fn note<'a>(advice: Advice) -> Element<'a, Message> {
    row![icon(advice.tone, BODY), text(advice.words).size(BODY).width(Fill)].spacing(S).into()
}

fn icon<'a>(tone: Tone, size: f32) -> Element<'a, Message> {
    let icon = match tone {
        Tone::Neutral => "○",
        Tone::Primary => "●",
        Tone::Good => "✓",
        Tone::Warning => "▲",
        Tone::Bad => "✗",
    };
    text(icon).size(size).style(ink::tone(tone)).into()
}

/// A picture of the board, ready to be drawn.
pub fn kept(ctx: &Context<'_>, picture: Option<&Picture>) -> Option<(Handle, u32, u32)> {
    let picture = picture?;
    ctx.handle(picture).map(|handle| (handle, picture.width, picture.height))
}

/// The frame just seen of the capture under way.
pub fn live(ctx: &Context<'_>) -> Option<(Handle, u32, u32)> {
    ctx.frame.and_then(|frame| frame.image.clone())
}

/// The place of the preview. A device in trouble says so where its picture would be.
pub fn stage<'a>(ctx: &Context<'a>, step: Step, size: Size) -> Element<'a, Message> {
    let picture = live(ctx);
    let words = match capture(ctx, step).map(|capture| capture.phase) {
        Some(Phase::NoDevice(kind)) => Some((Tone::Bad, say::device_trouble(ctx.words, kind))),
        Some(Phase::Paused) => Some((Tone::Neutral, ctx.t("capture-paused"))),
        Some(Phase::Live | Phase::Judging) if picture.is_some() => None,
        Some(Phase::Live | Phase::Judging) | None => Some((Tone::Neutral, ctx.t("capture-no-picture"))),
    };
    match words {
        Some((tone, words)) => placard(tone, words, size),
        None => container(Preview::new(picture, size).moving()).style(plate::stage).into(),
    }
}

/// A picture on the stage.
pub fn shown<'a>(picture: Option<(Handle, u32, u32)>, size: Size) -> Element<'a, Message> {
    container(Preview::new(picture, size)).style(plate::stage).into()
}

/// Words in the place of a picture.
pub fn placard<'a>(tone: Tone, words: String, size: Size) -> Element<'a, Message> {
    let sign = match tone {
        Tone::Bad => "✗",
        Tone::Warning => "▲",
        Tone::Good => "✓",
        Tone::Neutral | Tone::Primary => "○",
    };
    let large = if tone == Tone::Bad { TITLE } else { BODY };
    let content = column![text(sign).size(HEADLINE), text(words).size(large).center().width(Fill)];
    container(content.spacing(M).align_x(Center))
        .width(size.width)
        .height(size.height)
        .padding(L)
        .center_y(size.height)
        .style(plate::stage)
        .into()
}

/// The state of a slot as a chip, or as a meter once it has a quality.
pub fn state<'a>(ctx: &Context<'a>, slot: Slot) -> Element<'a, Message> {
    let Some(session) = ctx.board.session() else { return Space::new().into() };
    match session.slot(slot) {
        SlotState::Open { best: None, .. } => chip(Tone::Neutral, ctx.t("capture-empty")),
        SlotState::Open { best: Some(best), .. } | SlotState::Filled(best) => quality(ctx, best.quality),
        SlotState::Excepted(exception) => {
            let reason = say::reason(ctx.words, exception.reason);
            chip(Tone::Warning, ctx.say("capture-excepted", &[("reason", &reason)]))
        }
    }
}

fn quality<'a>(ctx: &Context<'a>, quality: u8) -> Element<'a, Message> {
    let (tone, word) = say::quality(ctx.words, quality);
    let words = ctx.say("capture-quality", &[("quality", &quality.to_string()), ("word", &word)]);
    meter(tone, f32::from(quality), words)
}

/// The tries of a slot with their qualities, the best marked.
pub fn attempts<'a>(ctx: &Context<'a>, slot: Slot) -> Element<'a, Message> {
    /// So many tries are listed: the last ones.
    const LISTED: usize = 4;
    let Some(session) = ctx.board.session() else { return Space::new().into() };
    let tries = usize::from(session.policy().tries);
    let all: Vec<_> = session.attempts(slot).collect();
    let best = session.best(slot).map(|sample| sample.id.clone());
    let mut lines = column![].spacing(XS);
    for (number, sample) in all.iter().enumerate().skip(all.len().saturating_sub(LISTED)) {
        let (tone, word) = say::quality(ctx.words, sample.quality);
        let number = (number + 1).to_string();
        let quality = sample.quality.to_string();
        let key = if best.as_ref() == Some(&sample.id) { "capture-try-best" } else { "capture-try" };
        let words = ctx.say(key, &[("number", &number), ("quality", &quality), ("word", &word)]);
        lines = lines.push(chip(tone, words));
    }
    let left = tries.saturating_sub(all.len()).to_string();
    let words = if all.is_empty() {
        ctx.say("capture-tries", &[("count", &tries.to_string())])
    } else {
        ctx.say("capture-tries-left", &[("count", &left)])
    };
    lines.push(text(words).size(CAPTION).style(ink::muted)).into()
}
