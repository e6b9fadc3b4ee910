//! The register as the extract a district receives: SIAK's words, nothing biometric, nothing of the known answers.

use super::{Day, Row};

/// Columns of [`to_csv`] in order. Up to STATUS_DASAR they are SIAK's words; the rest tells the station what the
/// office's lists add (titles, permit, card status, invitation) and that the row is invented.
pub const COLUMNS: [&str; 43] = [
    "NIK",
    "NO_KK",
    "NAMA_LGKP",
    "TMPT_LHR",
    "TGL_LHR",
    "JENIS_KLMIN",
    "GOL_DRH",
    "AGAMA",
    "STAT_KWN",
    "STAT_HBKEL",
    "PDDK_AKH",
    "JENIS_PKRJN",
    "PNYDNG_CCT",
    "NIK_IBU",
    "NAMA_LGKP_IBU",
    "NIK_AYAH",
    "NAMA_LGKP_AYAH",
    "ALAMAT",
    "NO_RT",
    "NO_RW",
    "DUSUN",
    "KODE_POS",
    "NO_PROP",
    "NO_KAB",
    "NO_KEC",
    "NO_KEL",
    "NAMA_PROP",
    "NAMA_KAB",
    "NAMA_KEC",
    "NAMA_KEL",
    "KEWARGANEGARAAN",
    "NO_PASPOR",
    "TGL_KWN",
    "STATUS_DASAR",
    "GELAR_DEPAN",
    "GELAR_BELAKANG",
    "NO_ITAP",
    "TGL_AKH_ITAP",
    "STATUS_KTP",
    "NO_UNDANGAN",
    "TGL_UNDANGAN",
    "TGL_AKH_UNDANGAN",
    "KETERANGAN",
];

/// All rows as CSV (RFC 4180, UTF-8, LF, header first); dates `dd-mm-yyyy`, absent values empty.
pub fn to_csv(rows: &[Row]) -> String {
    let mut out = COLUMNS.join(",");
    out.push('\n');
    for row in rows {
        let line: Vec<String> = fields(row).iter().map(|f| quoted(f)).collect();
        out.push_str(&line.join(","));
        out.push('\n');
    }
    out
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

fn shown(date: Option<&str>) -> String {
    date.and_then(|d| d.parse::<Day>().ok()).map(Day::indonesian).unwrap_or_default()
}

fn fields(row: &Row) -> [String; COLUMNS.len()] {
    let part = |from: usize, to: usize| row.village_code.get(from..to).unwrap_or_default().to_owned();
    let permit = row.permit.as_ref();
    let letter = row.invitation.as_ref();
    [
        row.nik.clone(),
        row.kk.clone(),
        row.name.clone(),
        row.birthplace.clone(),
        shown(Some(&row.birth_date)),
        row.sex.to_string(),
        row.blood.to_string(),
        row.religion.to_string(),
        row.marital.to_string(),
        row.relation.to_string(),
        row.education.to_string(),
        row.occupation.to_string(),
        if row.disability == 0 { String::new() } else { row.disability.to_string() },
        row.mother_nik.clone(),
        row.mother_name.clone(),
        row.father_nik.clone(),
        row.father_name.clone(),
        row.address.clone(),
        row.rt.clone(),
        row.rw.clone(),
        row.hamlet.clone(),
        row.postcode.clone(),
        part(0, 2),
        part(2, 4),
        part(4, 6),
        part(6, 10),
        row.province.clone(),
        row.regency.clone(),
        row.district.clone(),
        row.village.clone(),
        row.nationality.to_string(),
        permit.map(|p| p.passport.clone()).unwrap_or_default(),
        shown(row.marriage_date.as_deref()),
        row.basic_status.to_string(),
        row.title_before.clone(),
        row.title_after.clone(),
        permit.map(|p| p.itap.clone()).unwrap_or_default(),
        shown(permit.map(|p| p.valid_until.as_str())),
        row.card_status.to_string(),
        letter.map(|l| l.number.clone()).unwrap_or_default(),
        shown(letter.map(|l| l.date.as_str())),
        shown(letter.map(|l| l.valid_until.as_str())),
        row.marker.clone(),
    ]
}
