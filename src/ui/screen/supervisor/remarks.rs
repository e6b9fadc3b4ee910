//! What is to be said of a record under review, within the room of the smallest screen: possible duplicates, faces and
//! the portrait below the data, and beside the eyes why slots are empty.
//!
//! Of every kind at least the first is said, and what has no room is counted: what nobody saw, nobody approved.

use iced::Fill;
use iced::widget::{column, container};

use super::approvals::{Message, exceptions};
use super::{panel, person, phrase};
use crate::domain::session::HitState;
use crate::station::counter::{Review, Side};
use crate::ui::spacing::{L, M, S};
use crate::ui::theme::{Tone, plate};
use crate::ui::widget::caption;
use crate::ui::{Context, Element, text as say};

/// Lines that are left below data as long as they get.
const LINES: usize = 10;
/// Letters that a line holds at least.
const LINE: usize = 44;
/// Letters of a portrait's faults and of their excuse, where there is room, and where there is not.
const EXCUSE: [usize; 2] = [150, 2 * LINE];
/// Exceptions that have room beside the eyes; the reason why no photo shows them takes the place of one.
const EXCEPTIONS: usize = 4;
/// Letters of an exception beside the eyes: when there are one or two, and when there are more.
const EXCEPTION: [usize; 2] = [140, 68];

/// A sentence with its tone.
type Remark = (Tone, String);

/// The data, and what is to be said below them.
pub fn facts<'a>(review: &'a Review, ctx: &Context<'a>) -> Element<'a, Message> {
    let mut words = column![person::data(ctx, &review.this)].spacing(M);
    let mut below = column![].spacing(S);
    for (said, more) in fitted(kinds(review, ctx, EXCUSE[0])).unwrap_or_else(|| cut(kinds(review, ctx, EXCUSE[1]))) {
        for (tone, sentence) in said {
            below = below.push(panel::sentence(tone, sentence));
        }
        if more > 0 {
            below = below.push(caption(ctx.say("supervisor-more", &[("count", &more.to_string())])));
        }
    }
    words = words.push(below);
    container(words).padding(L).width(Fill).height(Fill).style(plate::card).into()
}

/// Why slots are empty, and why no photo shows it.
pub fn empty_slots<'a>(ctx: &Context<'a>, side: &Side) -> Element<'a, Message> {
    let mut words = column![].spacing(S);
    if side.exceptions.is_empty() {
        words = words.push(panel::sentence(Tone::Good, ctx.t("supervisor-no-exceptions")));
    } else {
        let room = EXCEPTIONS - usize::from(side.evidence_waived.is_some());
        // The count of the others takes a place too.
        let most = if side.exceptions.len() > room { room - 1 } else { room };
        words = words.push(exceptions(&side.exceptions, ctx, most, EXCEPTION[usize::from(side.exceptions.len() > 2)]));
    }
    if let Some(reason) = &side.evidence_waived {
        let said = ctx.say("evidence-waived", &[("reason", reason)]);
        words = words.push(panel::sentence(Tone::Neutral, panel::short(&said, EXCEPTION[1])));
    }
    container(words).padding(S).width(Fill).height(Fill).style(plate::card).into()
}

/// All that could be said, one list for each kind, the gravest first.
fn kinds(review: &Review, ctx: &Context<'_>, excuse: usize) -> Vec<Vec<Remark>> {
    let side = &review.this;
    let overridden = side.photo_override.iter().map(|how| panel::short(&phrase::overridden(ctx, how), excuse));
    let repainted = side.repainted.then(|| ctx.t("photo-repainted"));
    vec![
        review.hits.iter().map(|state| hit(ctx, state)).collect(),
        review.faces.iter().map(|alike| (Tone::Warning, phrase::face_alike(ctx, alike))).collect(),
        overridden.map(|said| (Tone::Warning, said)).collect(),
        repainted.into_iter().map(|said| (Tone::Warning, said)).collect(),
    ]
}

fn hit(ctx: &Context<'_>, state: &HitState) -> Remark {
    let (tone, verdict) = match state.verdict {
        Some(verdict) => (Tone::Neutral, say::verdict(ctx.words, verdict)),
        None => (Tone::Bad, ctx.t("supervisor-undecided")),
    };
    (tone, ctx.say("supervisor-review-hit", &[("nik", state.hit.other_nik.as_str()), ("verdict", &verdict)]))
}

fn lines((_, sentence): &Remark) -> usize {
    sentence.chars().count().div_ceil(LINE)
}

/// Everything, where that fits.
fn fitted(kinds: Vec<Vec<Remark>>) -> Option<Vec<(Vec<Remark>, usize)>> {
    let needed: usize = kinds.iter().flatten().map(lines).sum();
    (needed <= LINES).then(|| kinds.into_iter().map(|said| (said, 0)).collect())
}

/// The first of each kind, then as many more as fit, and how many of each kind do not.
fn cut(kinds: Vec<Vec<Remark>>) -> Vec<(Vec<Remark>, usize)> {
    let firsts: usize = kinds.iter().filter_map(|kind| kind.first()).map(lines).sum();
    let counts = kinds.iter().filter(|kind| kind.len() > 1).count();
    let mut room = LINES.saturating_sub(firsts + counts);
    let mut shown = Vec::new();
    for mut kind in kinds {
        let mut fit = kind.len().min(1);
        while let Some(needed) = kind.get(fit).map(lines).filter(|needed| *needed <= room) {
            room -= needed;
            fit += 1;
        }
        let more = kind.len() - fit;
        kind.truncate(fit);
        shown.push((kind, more));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(length: usize) -> Remark {
        (Tone::Neutral, "x".repeat(length))
    }

    proptest! {
        #[test]
        fn of_every_kind_the_first_is_said_the_rest_is_counted_and_all_of_it_fits(
            hits in 0usize..9, faces in 0usize..6, excused: bool, repainted: bool,
        ) {
            let kinds = || vec![
                vec![of(56); hits],
                vec![of(84); faces],
                vec![of(EXCUSE[1]); usize::from(excused)],
                vec![of(70); usize::from(repainted)],
            ];
            let shown = fitted(kinds()).unwrap_or_else(|| cut(kinds()));
            for ((said, more), kind) in shown.iter().zip(kinds()) {
                prop_assert_eq!(said.len() + more, kind.len());
                prop_assert!(kind.is_empty() || !said.is_empty());
            }
            let used: usize = shown.iter().flat_map(|(said, _)| said).map(lines).sum();
            let counts = shown.iter().filter(|(_, more)| *more > 0).count();
            prop_assert!(used + counts <= LINES, "{used} lines and {counts} counts");
        }
    }
}
