//! Words of the room that are made from numbers: ages, likelihoods, kinds of acts.

use time::OffsetDateTime;

use crate::batch::Stage;
use crate::domain::session::{Exception, FaceAlike, Hit, HitBy, PhotoOverride, VoidReason};
use crate::office::words::Language;
use crate::store::{BatchState, Break};
use crate::ui::theme::Tone;
use crate::ui::{Context, text};

/// How long something has waited: `3 hari`, `5 jam`, `12 menit`.
pub fn age(ctx: &Context<'_>, since: OffsetDateTime) -> String {
    let waited = ctx.now - since;
    let (key, count) = match (waited.whole_days(), waited.whole_hours()) {
        (1.., _) => ("day-age-days", waited.whole_days()),
        (_, 1..) => ("day-age-hours", waited.whole_hours()),
        (_, _) => ("day-age-minutes", waited.whole_minutes().max(0)),
    };
    let key = match (key, count) {
        ("day-age-days", 1) => "supervisor-age-one-day",
        ("day-age-hours", 1) => "supervisor-age-one-hour",
        ("day-age-minutes", 1) => "supervisor-age-one-minute",
        (key, _) => key,
    };
    ctx.say(key, &[("count", &count.to_string())])
}

/// The likelihood of a chance match: `1 dari 10.000.000 orang`; empty where nothing was compared.
pub fn one_in(ctx: &Context<'_>, hit: &Hit) -> String {
    if hit.matches.is_empty() || !hit.score.is_finite() || hit.score < 0.0 {
        return String::new();
    }
    ctx.say("supervisor-one-in", &[("people", &people(hit.score, ctx.words.language()))])
}

/// Ten to the power of a score, in full as far as one can still read it.
fn people(score: f32, language: Language) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let power = score.floor().clamp(0.0, 999.0) as usize;
    if power <= 9 {
        let zeros = "0".repeat(power);
        let digits = format!("1{zeros}");
        let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
        let groups: Vec<String> = groups.into_iter().map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        return groups.join(match language {
            Language::Indonesian => ".",
            Language::English => ",",
        });
    }
    let power = power.to_string();
    let raised = power.bytes().filter_map(|digit| RAISED.get(usize::from(digit.wrapping_sub(b'0'))));
    ['1', '0'].into_iter().chain(raised.copied()).collect()
}

/// Whose face a portrait looks like, and how much.
pub fn face_alike(ctx: &Context<'_>, alike: &FaceAlike) -> String {
    let distance = format!("{:.2}", alike.distance);
    let distance = match ctx.words.language() {
        Language::Indonesian => distance.replace('.', ","),
        Language::English => distance,
    };
    let share = format!("{:.0}", (alike.likeness * 100.0).clamp(0.0, 100.0));
    let facts = [("nik", alike.other_nik.as_str()), ("likeness", &share), ("distance", &distance)];
    ctx.say("supervisor-review-face", &facts)
}

/// The ways in which a finding showed itself.
pub fn ways(ctx: &Context<'_>, hit: &Hit) -> String {
    let ways: Vec<String> = hit.by.iter().map(|by: &HitBy| text::hit_by(ctx.words, *by)).collect();
    ways.join(", ")
}

/// An empty slot and why it is empty.
pub fn exception(ctx: &Context<'_>, exception: &Exception) -> String {
    let said = format!("{}: {}", text::slot(ctx.words, exception.slot), text::reason(ctx.words, exception.reason));
    if exception.note.trim().is_empty() { said } else { format!("{said} ({})", exception.note.trim()) }
}

/// What was wrong with a portrait that stands all the same, and why it does.
pub fn overridden(ctx: &Context<'_>, how: &PhotoOverride) -> String {
    let checks: Vec<String> = how.checks.iter().map(|name| text::check(ctx.words, name)).collect();
    ctx.say("supervisor-photo-overridden", &[("checks", &checks.join("; ")), ("reason", &how.reason)])
}

/// Reasons for undoing a record, in the order of their digits.
pub const VOID_REASONS: [VoidReason; 4] =
    [VoidReason::WrongPerson, VoidReason::WrongPosition, VoidReason::Duplicate, VoidReason::EnteredInError];

/// What a batch is called where its whole file name has no room.
pub fn batch_name(file: &str) -> &str {
    let name = file.strip_prefix("REKAM-").unwrap_or(file);
    name.strip_suffix(".tar.zst.age").unwrap_or(name)
}

/// How far a batch is.
pub fn batch_state(ctx: &Context<'_>, state: BatchState) -> (Tone, String) {
    let (tone, key) = match state {
        BatchState::Begun => (Tone::Warning, "supervisor-batch-begun"),
        BatchState::Committed => (Tone::Primary, "supervisor-batch-committed"),
        BatchState::Acknowledged => (Tone::Good, "supervisor-batch-acknowledged"),
        BatchState::Discarded => (Tone::Neutral, "supervisor-batch-discarded"),
    };
    (tone, ctx.t(key))
}

/// What an export is doing.
pub fn export_stage(ctx: &Context<'_>, stage: Stage) -> String {
    ctx.t(match stage {
        Stage::Writing => "supervisor-export-writing",
        Stage::ReadingBack => "supervisor-export-reading",
    })
}

/// What is wrong with the audit chain.
pub fn chain_break(ctx: &Context<'_>, broken: Break) -> String {
    ctx.t(match broken {
        Break::Missing => "supervisor-break-missing",
        Break::Unlinked => "supervisor-break-unlinked",
        Break::Changed => "supervisor-break-changed",
        Break::Body => "supervisor-break-body",
        Break::Head => "supervisor-break-head",
    })
}

/// The kind of an act in words; kinds this program does not know stand as they are.
pub fn act(ctx: &Context<'_>, kind: &str) -> String {
    let key = format!("supervisor-act-{}", kind.replace('_', "-"));
    if ctx.words.has(&key) { ctx.t(&key) } else { kind.to_owned() }
}
