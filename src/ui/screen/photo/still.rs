//! The portrait that was taken: what the checks say of it, and how it will look on the card.

use iced::Fill;
use iced::widget::{Space, column, container, row, text};

use super::super::capture::advice::Advice;
use super::super::capture::parts;
use super::{Message, cloth, seen_backdrop};
use crate::domain::dates::format_dmy;
use crate::domain::session::{Findings, PortraitVerdict, SampleRef, Session, Step};
use crate::station::counter::Seat;
use crate::ui::spacing::{L, S, VALUE};
use crate::ui::theme::Tone;
use crate::ui::widget::specimen::{Written, specimen};
use crate::ui::widget::{caption, card, chip, title};
use crate::ui::{Context, Element, text as say};

/// Faults that the list has room for.
const LISTED: usize = 8;
/// Width of the card, logical pixels.
const CARD: f32 = 420.0;

/// What is said first of a portrait with faults that nobody has answered for: the sentence of the worst.
pub fn wrong(ctx: &Context<'_>, session: &Session, sample: &SampleRef) -> Option<Advice> {
    let faulty = session.portrait_faults(&sample.id).is_some_and(|faults| !faults.is_empty());
    if !faulty || session.override_of(&sample.id).is_some() {
        return None;
    }
    let findings = sample.portrait.as_deref()?;
    let words = match &findings.advice {
        Some(word) => say::face_advice(ctx.words, word),
        None => ctx.t("photo-faulty"),
    };
    Some(Advice::new(Tone::Bad, words))
}

/// The list of the checks beside the card.
pub fn view<'a>(ctx: &Context<'a>, seat: &'a Seat, sample: &'a SampleRef) -> Element<'a, Message> {
    let list = card(checks(ctx, &seat.session, sample)).height(Fill);
    let drawn = column![title(ctx.t("photo-card")), on_card(ctx, seat), caption(ctx.t("photo-card-caption"))];
    row![list, container(drawn.spacing(S)).width(CARD)].spacing(L).height(392.0).into()
}

fn checks<'a>(ctx: &Context<'a>, session: &'a Session, sample: &'a SampleRef) -> Element<'a, Message> {
    let mut lines = column![title(ctx.t("photo-checks"))].spacing(S);
    match sample.portrait.as_deref() {
        Some(findings) => {
            lines = lines.push(summary(ctx, findings));
            for name in listed(findings) {
                lines = lines.push(chip(Tone::Bad, say::check(ctx.words, &name)));
            }
            let more = findings.faults().len().saturating_sub(LISTED);
            if more > 0 {
                lines = lines.push(caption(ctx.say("photo-more-faults", &[("count", &more.to_string())])));
            }
            if let Some(background) = &findings.background {
                lines = lines.push(seen_backdrop(ctx, session.resident(), &background.class));
            }
            let (_, why) = cloth(ctx, session.resident());
            lines = lines.push(caption(why));
        }
        None => {
            let own = ["photo-check-face", "photo-check-eyes", "photo-check-sharp", "photo-check-backdrop"];
            for key in own {
                lines = lines.push(text(format!("•  {}", ctx.t(key))).size(VALUE));
            }
        }
    }
    if let Some(how) = session.override_of(&sample.id) {
        lines = lines.push(Space::new().height(S));
        lines = lines.push(chip(Tone::Warning, ctx.say("photo-overridden", &[("reason", &how.reason)])));
    }
    if session.original_of(&sample.id).is_some() {
        lines = lines.push(chip(Tone::Warning, ctx.t("photo-repainted")));
    }
    if !session.is_done(Step::Photo) {
        lines = lines.push(caption(ctx.t("photo-together")));
    }
    lines.into()
}

fn summary<'a>(ctx: &Context<'a>, findings: &Findings) -> Element<'a, Message> {
    let passed = findings.checks.iter().filter(|finding| finding.pass).count().to_string();
    let all = findings.checks.len().to_string();
    match findings.verdict {
        PortraitVerdict::Pass => chip(Tone::Good, ctx.say("photo-passes", &[("passed", &passed), ("all", &all)])),
        PortraitVerdict::Fail | PortraitVerdict::ManyFaces => {
            chip(Tone::Neutral, ctx.say("photo-fails", &[("passed", &passed), ("all", &all)]))
        }
        PortraitVerdict::NoFace => Space::new().into(),
    }
}

/// What is wrong, the first ones.
fn listed(findings: &Findings) -> Vec<String> {
    let mut faults = findings.faults();
    // What is wrong and hinders nothing is worth a look too.
    if findings.verdict == PortraitVerdict::Pass {
        faults = findings.failed().map(|finding| finding.check.clone()).collect();
    }
    faults.truncate(LISTED);
    faults
}

/// The card with this portrait.
fn on_card<'a>(ctx: &Context<'a>, seat: &Seat) -> Element<'a, Message> {
    specimen(written(ctx, seat), parts::kept(ctx, seat.shown.card.as_ref()), CARD)
}

/// What the card will say.
pub fn written(ctx: &Context<'_>, seat: &Seat) -> Written {
    let resident = seat.session.resident();
    let [_, district, regency, province] = &seat.region;
    let short = |words: String| words.to_uppercase().chars().take(34).collect::<String>();
    let born = format!("{}, {}", resident.birthplace, format_dmy(resident.birth_date));
    Written {
        head: [province, regency].into_iter().filter(|line| !line.is_empty()).map(|line| short(line.clone())).collect(),
        nik: resident.nik.as_str().to_owned(),
        lines: vec![
            (ctx.t("field-name"), short(resident.titled_name())),
            (ctx.t("card-born"), short(born)),
            (ctx.t("field-sex"), resident.sex.text().to_owned()),
            (ctx.t("card-district"), short(district.clone())),
        ],
        mark: ctx.t("card-specimen"),
    }
}
