# Apa yang salah dan apa yang harus dilakukan.
trouble-unknown = Terjadi kesalahan: coba lagi, lalu hubungi penyelia.
