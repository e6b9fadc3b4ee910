//! The small texts of sysfs.

use std::path::Path;

/// What a file says, without the space around it; `None` when it says nothing or cannot be read.
pub fn text(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A number in decimal digits.
pub fn number<N: std::str::FromStr>(file: &Path) -> Option<N> {
    text(file)?.parse().ok()
}

/// A number in hexadecimal digits, as vendor and product are written.
pub fn hexadecimal(file: &Path) -> Option<u16> {
    u16::from_str_radix(&text(file)?, 16).ok()
}

/// Names of nodes by what they are and their number, so that the tenth does not come before the second.
pub fn by_number(name: &str) -> (String, u32) {
    let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = name.get(stem.len()..).unwrap_or_default();
    (stem.to_owned(), digits.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_is_read_without_its_space_and_nothing_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        assert_eq!(text(&file), None);
        std::fs::write(&file, " 0403\n").unwrap();
        assert_eq!(
            (text(&file).as_deref(), number(&file), hexadecimal(&file)),
            (Some("0403"), Some(403), Some(0x0403))
        );
        std::fs::write(&file, "\n").unwrap();
        assert_eq!((text(&file), number::<u8>(&file), hexadecimal(&file)), (None, None, None));
    }

    #[test]
    fn nodes_are_in_the_order_of_their_numbers() {
        let mut names = ["ttyUSB10", "ttyUSB2", "ttyACM3", "tty"];
        names.sort_by_key(|name| by_number(name));
        assert_eq!(names, ["tty", "ttyACM3", "ttyUSB2", "ttyUSB10"]);
    }
}
