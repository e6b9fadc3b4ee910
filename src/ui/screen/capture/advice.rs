//! The one sentence that is seen first: what is to be done now.
//!
//! A device in trouble speaks before everything, then the frame just seen, then the outcome of the capture before, and
//! only when nothing is wrong the plain instruction.

use crate::domain::session::{Slot, Step};
use crate::station::counter::{Capture, Outcome, Phase, SlapTake, Take};
use crate::ui::theme::Tone;
use crate::ui::{Context, text as say};

/// A sentence with its tone.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// Its tone.
    pub tone: Tone,
    /// The sentence.
    pub words: String,
}

impl Advice {
    /// A sentence.
    pub fn new(tone: Tone, words: impl Into<String>) -> Self {
        Self { tone, words: words.into() }
    }

    /// What is to be done in a step: `instruction` says it for a slot, `done` when nothing is left.
    pub fn of(ctx: &Context<'_>, step: Step, instruction: impl Fn(&Capture) -> String, done: String) -> Self {
        let settled = ctx.board.session().is_some_and(|session| session.is_done(step));
        let Some(capture) = super::capture(ctx, step) else {
            if settled {
                return Self::new(Tone::Good, done);
            }
            if super::evidence::is_next(ctx, step) {
                return Self::new(Tone::Primary, ctx.t("evidence-ask"));
            }
            // Between two tries the outcome of the first is read.
            let between = ctx.board.last.as_ref().filter(|take| take.slot.step() == step);
            let words = between.and_then(|take| Self::live(ctx, take.slot));
            return words.unwrap_or_else(|| Self::new(Tone::Neutral, ctx.t("capture-preparing")));
        };
        match capture.phase {
            Phase::NoDevice(kind) => Self::new(Tone::Bad, say::device_trouble(ctx.words, kind)),
            Phase::Paused if settled => Self::new(Tone::Good, done),
            Phase::Paused => Self::new(Tone::Neutral, ctx.t("capture-paused")),
            Phase::Judging => Self::new(Tone::Primary, ctx.t("capture-judging")),
            Phase::Live => {
                Self::live(ctx, capture.slot).unwrap_or_else(|| Self::new(Tone::Primary, instruction(capture)))
            }
        }
    }

    /// What is wrong while the resident moves, if anything. A wrong finger counts more than how it lies.
    fn live(ctx: &Context<'_>, slot: Slot) -> Option<Self> {
        let take = ctx.board.last.as_ref().filter(|take| take.slot == slot);
        if let Some(shown) = take.and_then(Take::mistaken_for) {
            let key = match shown {
                Slot::Eye(_) => "capture-wrong-eye",
                Slot::Finger(_) | Slot::Photo | Slot::Signature | Slot::Approval => "capture-wrong-finger",
            };
            let (shown, wanted) = (within(&say::slot(ctx.words, shown)), within(&say::slot(ctx.words, slot)));
            return Some(Self::new(Tone::Bad, ctx.say(key, &[("shown", &shown), ("wanted", &wanted)])));
        }
        if let Some(Take { outcome: Outcome::WrongHand { wanted }, .. }) = take {
            let wanted = within(&say::slap(ctx.words, *wanted));
            return Some(Self::new(Tone::Bad, ctx.say("capture-wrong-hand", &[("wanted", &wanted)])));
        }
        if let Some(Take { outcome: Outcome::Unlike, .. }) = take {
            let key = match slot {
                Slot::Eye(_) => "capture-unlike-eye",
                Slot::Finger(_) | Slot::Photo | Slot::Signature | Slot::Approval => "capture-unlike",
            };
            return Some(Self::new(Tone::Bad, ctx.say(key, &[("slot", &within(&say::slot(ctx.words, slot)))])));
        }
        if let Some(advice) = ctx.frame.and_then(|frame| frame.advice) {
            return Some(Self::new(Tone::Warning, say::advice(ctx.words, advice)));
        }
        let take = take?;
        let otherwise = match take.outcome {
            Outcome::Again => "capture-again",
            // A portrait is not settled before it is approved, whatever its quality.
            Outcome::Kept { settled: false, .. } if slot != Slot::Photo => "capture-once-more",
            Outcome::Slap(slap) => return Some(Self::new(Tone::Warning, slap_again(ctx, take, &slap)?)),
            Outcome::Kept { .. }
            | Outcome::Evidence
            | Outcome::WrongFinger { .. }
            | Outcome::WrongEye { .. }
            | Outcome::WrongHand { .. }
            | Outcome::Unlike
            | Outcome::Compared { .. } => return None,
        };
        let words = take.advice.map_or_else(|| ctx.t(otherwise), |advice| say::advice(ctx.words, advice));
        Some(Self::new(Tone::Warning, words))
    }
}

/// A name as it stands within a sentence.
pub fn within(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The outcome of the capture before, in one line; `None` when it was none of this step.
pub fn outcome(ctx: &Context<'_>, step: Step) -> Option<Advice> {
    let take = ctx.board.last.as_ref().filter(|take| take.slot.step() == step)?;
    let slot = say::slot(ctx.words, take.slot);
    Some(match take.outcome {
        Outcome::Kept { quality, settled } => {
            let (tone, word) = say::quality(ctx.words, quality);
            let key = if settled { "capture-kept" } else { "capture-kept-poor" };
            let quality = quality.to_string();
            Advice::new(tone, ctx.say(key, &[("slot", &slot), ("quality", &quality), ("word", &word)]))
        }
        Outcome::WrongFinger { shown } => was_other(ctx, &slot, Slot::Finger(shown)),
        Outcome::WrongEye { shown } => was_other(ctx, &slot, Slot::Eye(shown)),
        Outcome::WrongHand { wanted } => {
            let wanted = within(&say::slap(ctx.words, wanted));
            Advice::new(Tone::Bad, ctx.say("capture-other-hand", &[("wanted", &wanted)]))
        }
        Outcome::Unlike => Advice::new(Tone::Bad, ctx.say("capture-was-unlike", &[("slot", &within(&slot))])),
        Outcome::Slap(slap) => slap_outcome(ctx, &slap),
        Outcome::Again => Advice::new(Tone::Warning, again(ctx, &slot, take)),
        Outcome::Evidence => Advice::new(Tone::Good, ctx.t("evidence-kept")),
        Outcome::Compared { .. } => return None,
    })
}

fn was_other(ctx: &Context<'_>, slot: &str, shown: Slot) -> Advice {
    let (slot, shown) = (within(slot), within(&say::slot(ctx.words, shown)));
    Advice::new(Tone::Bad, ctx.say("capture-was-other", &[("slot", &slot), ("shown", &shown)]))
}

fn again(ctx: &Context<'_>, slot: &str, take: &Take) -> String {
    match take.advice {
        Some(advice) => {
            let advice = say::advice(ctx.words, advice);
            ctx.say("capture-not-kept", &[("slot", slot), ("advice", &advice)])
        }
        None => ctx.say("capture-not-kept-at-all", &[("slot", slot)]),
    }
}

/// What to do about the fingers of a slap that are not done; nothing when all are.
fn slap_again(ctx: &Context<'_>, take: &Take, slap: &SlapTake) -> Option<String> {
    let named = |key: &str, fingers| Some(ctx.say(key, &[("fingers", &say::fingers(ctx.words, fingers))]));
    if !slap.missing.is_empty() {
        return named("capture-slap-missing", slap.missing);
    }
    match take.advice {
        Some(advice) if !slap.poor.is_empty() => Some(say::advice(ctx.words, advice)),
        _ if !slap.doubtful.is_empty() => named("capture-slap-doubtful", slap.doubtful),
        _ if !slap.repeated.is_empty() => named("capture-slap-repeated", slap.repeated),
        _ if !slap.poor.is_empty() => named("capture-slap-poor", slap.poor),
        _ => None,
    }
}

/// What became of the fingers of a slap, in one line.
fn slap_outcome(ctx: &Context<'_>, slap: &SlapTake) -> Advice {
    let count = slap.kept.len().to_string();
    let mut lines = vec![ctx.say("capture-slap-kept", &[("count", &count)])];
    let parts = [
        ("capture-slap-poor", slap.poor),
        ("capture-slap-missing", slap.missing),
        ("capture-slap-repeated", slap.repeated),
        ("capture-slap-doubtful", slap.doubtful),
    ];
    for (key, fingers) in parts.into_iter().filter(|(_, fingers)| !fingers.is_empty()) {
        lines.push(ctx.say(key, &[("fingers", &say::fingers(ctx.words, fingers))]));
    }
    let tone = if lines.len() == 1 { Tone::Good } else { Tone::Warning };
    Advice::new(tone, lines.join(" "))
}
