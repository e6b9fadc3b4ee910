//! F1: what this screen is for and what each key does. The keys come from the screen's own actions, so that the help
//! can never promise a key that does not work there.

use iced::widget::{column, container, row, text};
use iced::{Center, Fill, Length};

use crate::station::counter::Stage;
use crate::ui::action::Action;
use crate::ui::app::Shown;
use crate::ui::keys::Key;
use crate::ui::shell::global_keys;
use crate::ui::spacing::{BODY, L, M, S, VALUE, XS};
use crate::ui::theme::ink;
use crate::ui::widget::parts::{BOLD, card, headline, key_cap, title};
use crate::ui::{Context, Element};

/// Sentences of one kind, at most.
const SENTENCES: usize = 6;
/// Keys that fit below one another.
const KEYS: usize = 15;
/// What stands before the number of a sentence in its key.
const STEP: &str = "step";
const TROUBLE: &str = "trouble";

/// The help of a screen.
pub fn view<'a, M: Clone + 'a>(ctx: &Context<'a>, shown: Shown, actions: Vec<Action<M>>) -> Element<'a, M> {
    let words = container(explained(ctx, shown)).width(Length::FillPortion(7));
    let keys = row![of_screen(ctx, actions), everywhere(ctx)].spacing(L);
    let keys = container(card(keys)).width(Length::FillPortion(6));
    row![words, keys].spacing(L).height(Fill).into()
}

/// What the screen is for, the usual way, and what to do when something goes wrong.
fn explained<'a, M: 'a>(ctx: &Context<'a>, shown: Shown) -> Element<'a, M> {
    let name = name(shown);
    let mut parts = column![
        headline(ctx.t(&format!("help-{name}-title"))),
        text(ctx.t(&format!("help-{name}-purpose"))).size(VALUE),
    ]
    .spacing(S);
    for (kind, head) in [(STEP, "help-usual-way"), (TROUBLE, "help-when-wrong")] {
        parts = parts.push(title(ctx.t(head)));
        for (number, sentence) in sentences(ctx, name, kind).into_iter().enumerate() {
            let mark = if kind == STEP { format!("{}.", number + 1) } else { "▲".to_owned() };
            let mark = container(text(mark).size(BODY).style(ink::muted)).width(22.0);
            parts = parts.push(row![mark, text(sentence).size(BODY)].spacing(XS));
        }
    }
    parts.into()
}

/// The sentences of a kind, in order.
fn sentences(ctx: &Context<'_>, name: &str, kind: &str) -> Vec<String> {
    let keys = (1..=SENTENCES).map(|number| format!("help-{name}-{kind}-{number}"));
    keys.take_while(|key| ctx.words.has(key)).map(|key| ctx.t(&key)).collect()
}

/// The screen's own keys; what has no words of its own is written where it works.
fn of_screen<'a, M: Clone + 'a>(ctx: &Context<'a>, actions: Vec<Action<M>>) -> Element<'a, M> {
    let mut parts = column![title(ctx.t("help-keys-here"))].spacing(S).width(Fill);
    let mut named = actions.into_iter().filter(|action| !action.label.is_empty()).peekable();
    if named.peek().is_none() {
        parts = parts.push(text(ctx.t("help-keys-on-screen")).size(BODY));
    }
    for action in named.take(KEYS) {
        parts = parts.push(line(action.key, action.label));
    }
    parts.into()
}

/// The keys that work everywhere.
fn everywhere<'a, M: 'a>(ctx: &Context<'a>) -> Element<'a, M> {
    let mut parts = column![title(ctx.t("help-keys-everywhere"))].spacing(S).width(Fill);
    // Before somebody has logged in the rooms are shut, and no key may be promised that opens them.
    let open = ctx.board.stage == Stage::Open;
    for (key, words) in global_keys().into_iter().filter(|(key, _)| open || *key == Key::F(1)) {
        parts = parts.push(line(key, ctx.t(words)));
    }
    for (key, words) in [
        (Key::F(11), "help-key-resident-window"),
        (Key::Tab, "help-key-next-field"),
        (Key::Escape, "help-key-escape"),
        (Key::Enter, "help-key-enter"),
    ] {
        parts = parts.push(line(key, ctx.t(words)));
    }
    parts.into()
}

fn line<'a, M: 'a>(key: Key, label: String) -> Element<'a, M> {
    let cap = container(key_cap(key)).width(58.0);
    row![cap, text(label).size(BODY).font(BOLD)].spacing(M).align_y(Center).into()
}

/// The screen's name in the keys of the words.
fn name(shown: Shown) -> &'static str {
    match shown {
        Shown::Login => "login",
        Shown::Setup => "setup",
        Shown::Home => "home",
        Shown::Verify => "verify",
        Shown::Photo => "photo",
        Shown::Signature => "signature",
        Shown::Fingerprints => "fingerprints",
        Shown::Iris => "iris",
        Shown::Confirm => "confirm",
        Shown::Done => "done",
        Shown::Supervisor => "supervisor",
        Shown::Devices => "devices",
        Shown::Settings => "settings",
    }
}
