# Rekam's words in English. One line for one message.

## Import of the residents' list
import-line = LINE
import-nik-masked = NIK (MASKED)
import-column = COLUMN
import-reason = REASON
import-empty = Column { $column } is empty: complete it in SIAK.
import-nik = The NIK cannot be read: it must have 16 digits.
import-kk = The family card number cannot be read: it must have 16 digits.
import-name = The name cannot be read.
import-date = The date in column { $column } cannot be read: write dd-mm-yyyy.
import-code = The code in column { $column } is unknown: use those of Permendagri 109/2019.
import-digits = Column { $column } does not hold the digits it should.
import-too-long = Column { $column } is too long.
import-spreadsheet = A spreadsheet has spoilt the digits in column { $column }: export it as text.
import-repeated = The same NIK stands in line { $line }.
import-fields = The number of fields is not that of the first line.
import-training = An invented row for training: it must not enter a real station.
