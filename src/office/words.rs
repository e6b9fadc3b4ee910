//! Words in Indonesian and English: `assets/i18n/{id,en}/*.ftl` (Project Fluent syntax); `rekam.ftl` is paper,
//! `ui-*.ftl` the window.
//!
//! Indonesian comes first: it is what the office speaks and what is printed. English is for whoever helps from afar.
//! Both files are embedded and a test keeps them complete, so a key that is missing is a mistake in the program; it is
//! shown as its key rather than stopping anybody.

use std::fmt;
use std::sync::OnceLock;

use fluent::concurrent::FluentBundle;
use fluent::{FluentArgs, FluentResource};

/// The files of a language, one for each part of the program.
macro_rules! files {
    ($language:literal: $($name:literal),+ $(,)?) => {
        [$(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/i18n/", $language, "/", $name, ".ftl"))),+]
    };
}

const INDONESIAN: [&str; 14] = files!(
    "id": "rekam", "ui-common", "ui-login", "ui-home", "ui-verify", "ui-capture", "ui-confirm", "ui-supervisor", "ui-devices", "ui-settings", "ui-setup", "ui-resident", "ui-help", "ui-trouble"
);
const ENGLISH: [&str; 14] = files!(
    "en": "rekam", "ui-common", "ui-login", "ui-home", "ui-verify", "ui-capture", "ui-confirm", "ui-supervisor", "ui-devices", "ui-settings", "ui-setup", "ui-resident", "ui-help", "ui-trouble"
);

/// A language of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Bahasa Indonesia.
    #[default]
    Indonesian,
    /// English.
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Indonesian, Self::English];

    /// Its code (ISO 639-1).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Indonesian => "id",
            Self::English => "en",
        }
    }

    const fn sources(self) -> &'static [&'static str] {
        match self {
            Self::Indonesian => &INDONESIAN,
            Self::English => &ENGLISH,
        }
    }
}

/// The words of one language.
pub struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Words {
    /// The words of a language, read once.
    pub fn of(language: Language) -> &'static Self {
        static BOTH: [OnceLock<Words>; 2] = [OnceLock::new(), OnceLock::new()];
        let place = match language {
            Language::Indonesian => &BOTH[0],
            Language::English => &BOTH[1],
        };
        place.get_or_init(|| Self::read(language))
    }

    fn read(language: Language) -> Self {
        let mut bundle = FluentBundle::new_concurrent(language.code().parse().into_iter().collect());
        // The marks for mixed writing directions would show up on paper.
        bundle.set_use_isolating(false);
        // A damaged entry is left out by the parser and then missing, which is what the test looks for.
        for source in language.sources() {
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(partly, _)| partly);
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    /// Which language it is.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The words of a key without arguments.
    pub fn get(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// The words of a key with arguments.
    pub fn say(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let arguments: FluentArgs<'_> = arguments.iter().copied().collect();
        self.bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }

    /// Whether the language has the key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Keys with the names of their arguments.
    fn messages(language: Language) -> BTreeSet<(String, BTreeSet<String>)> {
        let mut found = BTreeSet::new();
        for source in language.sources() {
            let resource = FluentResource::try_new((*source).to_owned());
            assert!(resource.is_ok(), "{} has a damaged entry", language.code());
        }
        for line in language.sources().iter().flat_map(|source| source.lines()) {
            if let Some((key, value)) = line.split_once(" = ") {
                let arguments = value.split("{ $").skip(1).filter_map(|rest| rest.split(' ').next()).map(str::to_owned);
                assert!(found.insert((key.to_owned(), arguments.collect())), "{key} stands twice");
            } else {
                assert!(line.is_empty() || line.starts_with('#'), "one line per message: {line}");
            }
        }
        found
    }

    #[test]
    fn both_languages_have_every_message_with_the_same_arguments() {
        let (indonesian, english) = (messages(Language::Indonesian), messages(Language::English));
        assert!(indonesian.len() > 50);
        assert_eq!(indonesian, english);
        for language in Language::ALL {
            assert!(indonesian.iter().all(|(key, _)| Words::of(language).has(key)));
        }
    }

    #[test]
    fn every_key_that_the_program_uses_exists() {
        let known: BTreeSet<String> = messages(Language::Indonesian).into_iter().map(|(key, _)| key).collect();
        for (file, source) in SOURCES {
            let quoted = source.split('"').skip(1).step_by(2);
            let keys = quoted.filter(|text| PREFIXES.iter().any(|prefix| text.starts_with(prefix)));
            for key in keys {
                assert!(known.contains(key), "{file} uses {key}");
            }
        }
    }

    const PREFIXES: [&str; 5] = ["import-", "slip-", "proof-", "again-", "day-"];
    const SOURCES: [(&str, &str); 7] = [
        ("register/report.rs", include_str!("register/report.rs")),
        ("daybook.rs", include_str!("daybook.rs")),
        ("slip/mod.rs", include_str!("slip/mod.rs")),
        ("slip/letter.rs", include_str!("slip/letter.rs")),
        ("slip/proof.rs", include_str!("slip/proof.rs")),
        ("slip/again.rs", include_str!("slip/again.rs")),
        ("slip/day_list.rs", include_str!("slip/day_list.rs")),
    ];

    #[test]
    fn arguments_are_put_in_and_unknown_keys_show_themselves() {
        let words = Words::of(Language::English);
        let said = words.say("import-repeated", &[("line", "7"), ("column", "NIK")]);
        assert!(said.contains('7') && !said.contains('$'), "{said}");
        assert_eq!(words.get("no-such-key"), "no-such-key");
    }
}
