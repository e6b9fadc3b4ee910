//! The udev rules that let an officer's account open the devices, offered where a device is forbidden.

use std::io;
use std::path::{Path, PathBuf};

/// Name of the file; it must sort before the rules that hand devices to whoever sits at the computer.
pub const NAME: &str = "70-rekam.rules";
/// The rules themselves.
pub const TEXT: &str = include_str!("../../../assets/udev/70-rekam.rules");

/// Writes the rules into a folder, for the technician who may install them.
///
/// # Errors
/// Those of writing.
pub fn save(folder: &Path) -> io::Result<PathBuf> {
    let path = folder.join(NAME);
    std::fs::write(&path, TEXT)?;
    Ok(path)
}

/// What the technician types, as root, once the file lies there.
pub fn command(path: &Path) -> String {
    // In quotes, because a home folder may have a space in its name.
    let path = path.display().to_string().replace('\'', r"'\''");
    format!("install -m 644 '{path}' /etc/udev/rules.d/ && udevadm control --reload && udevadm trigger")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_the_one_of_the_product_and_its_name_sorts_before_the_seat_rules() {
        let folder = std::env::temp_dir().join(format!("rekam-rules-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = save(&folder).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), TEXT);
        assert!(NAME < "73-seat-late.rules");
        assert!(TEXT.contains("uaccess") && command(&path).contains(NAME));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_with_a_quote_in_its_name_breaks_no_shell() {
        assert!(command(Path::new("/home/o'neil/70-rekam.rules")).contains(r"'/home/o'\''neil/70-rekam.rules'"));
    }
}
