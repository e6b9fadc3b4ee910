//! The frame of the pages: where one is, and one field with its sentence beside it.

use iced::widget::{Space, column, container, row, text, text_input};
use iced::{Center, Fill};

use super::form::{Field, Page};
use super::{Message, Setup, page, summary};
use crate::station::counter::Passphrase;
use crate::ui::spacing::{BODY, L, M, S, VALUE, XS};
use crate::ui::theme::{Tone, field as field_style, ink, plate};
use crate::ui::widget::parts::{BOLD, chip, headline};
use crate::ui::{Context, Element};

/// The screen.
pub(super) fn view<'a>(setup: &'a Setup, ctx: &Context<'a>) -> Element<'a, Message> {
    let body = match setup.page {
        Page::Place => page::place(setup, ctx),
        Page::Office => page::office(setup, ctx),
        Page::Keys => page::keys(setup, ctx),
        Page::Officers => page::officers(setup, ctx),
        Page::Summary => summary::view(setup, ctx),
    };
    let (head, why) = head(setup.page);
    let top = column![headline(ctx.t(head)), text(ctx.t(why)).size(BODY).style(ink::muted)].spacing(XS);
    column![pages(setup, ctx), top, container(body).padding(L).width(Fill).style(plate::card)].spacing(M).into()
}

const fn head(page: Page) -> (&'static str, &'static str) {
    match page {
        Page::Place => ("setup-place", "setup-place-why"),
        Page::Office => ("setup-office", "setup-office-why"),
        Page::Keys => ("setup-keys", "setup-keys-why"),
        Page::Officers => ("setup-officers", "setup-officers-why"),
        Page::Summary => ("setup-summary", "setup-summary-why"),
    }
}

/// The five pages, done and to come.
fn pages<'a>(setup: &Setup, ctx: &Context<'a>) -> Element<'a, Message> {
    let what = container(text(ctx.t("setup-headline")).size(VALUE).font(BOLD)).padding([0.0, S]);
    let mut bar = row![what].spacing(S).align_y(Center);
    for (number, page) in Page::ALL.into_iter().enumerate() {
        let (icon, tone) = match page.cmp(&setup.page) {
            std::cmp::Ordering::Less => ("✓", Tone::Good),
            std::cmp::Ordering::Equal => ("●", Tone::Primary),
            std::cmp::Ordering::Greater => ("○", Tone::Neutral),
        };
        let name = text(format!("{} {}", number + 1, ctx.t(head(page).0))).size(BODY).font(BOLD);
        let label = row![text(icon).size(BODY).style(ink::tone(tone)), name].spacing(XS);
        let style = if page == setup.page { plate::chosen } else { plate::bar };
        bar = bar.push(container(label).padding([XS, S]).style(style));
    }
    bar.into()
}

/// A field: label, input, and beside it what is wrong with it or what it means.
pub(super) fn entry<'a>(
    setup: &'a Setup,
    ctx: &Context<'a>,
    field: Field,
    width: f32,
    meaning: Option<(Tone, String)>,
) -> Element<'a, Message> {
    let input = text_input("", setup.form.get(field))
        .id(field.id())
        .secure(field.is_secret())
        .on_input(move |text| Message::Typed(field, Passphrase::new(text)))
        .on_submit(Message::Submit(field))
        .size(VALUE)
        .padding([S + 2.0, M])
        .width(width)
        .style(field_style);
    let fault = setup.form.fault(field).filter(|_| setup.told.contains(&field));
    let beside: Element<'a, Message> = match (fault, meaning) {
        (Some(fault), _) => chip(Tone::Bad, ctx.t(fault.key())),
        (None, Some((tone, words))) => chip(tone, words),
        (None, None) => Space::new().into(),
    };
    line(ctx.t(field.id()), row![input, container(beside).width(Fill)].spacing(L).align_y(Center).into())
}

/// A label and what stands beside it.
pub(super) fn line<'a>(label: String, beside: Element<'a, Message>) -> Element<'a, Message> {
    row![label_of(label), beside].spacing(M).align_y(Center).into()
}

/// A label and several lines beside it: it stands at the first.
pub(super) fn lines<'a>(label: String, beside: Element<'a, Message>) -> Element<'a, Message> {
    row![label_of(label), beside].spacing(M).into()
}

fn label_of<'a>(label: String) -> Element<'a, Message> {
    container(text(label).size(BODY).style(ink::muted)).width(170.0).into()
}
