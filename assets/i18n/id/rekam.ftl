# Kata-kata Rekam dalam bahasa Indonesia. Satu baris untuk satu pesan.

## Impor daftar penduduk
import-line = BARIS
import-nik-masked = NIK (DISAMARKAN)
import-column = KOLOM
import-reason = ALASAN
import-empty = Kolom { $column } kosong: lengkapi di SIAK.
import-nik = NIK tidak terbaca: harus 16 angka.
import-kk = Nomor KK tidak terbaca: harus 16 angka.
import-name = Nama tidak terbaca.
import-date = Tanggal di kolom { $column } tidak terbaca: tulis dd-mm-yyyy.
import-code = Kode di kolom { $column } tidak dikenal: pakai kode Permendagri 109/2019.
import-digits = Isi kolom { $column } bukan angka yang semestinya.
import-too-long = Isi kolom { $column } terlalu panjang.
import-spreadsheet = Angka di kolom { $column } sudah rusak oleh lembar kerja: ekspor sebagai teks.
import-repeated = NIK yang sama sudah ada di baris { $line }.
import-fields = Jumlah kolom tidak sama dengan baris pertama.
import-training = Baris contoh untuk latihan: tidak boleh masuk ke stasiun sebenarnya.
