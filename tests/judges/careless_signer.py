"""Signs a PDF as many do, without a thought of PDF/A or PDF/UA: pyHanko with its default stamp.

    careless_signer.py KEY.pem CERTIFICATE.pem < PAIRS

A pair is one line, INPUT and OUTPUT with a tab between.
"""

import logging
import sys

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields, signers
from pyhanko.stamp import TextStampStyle

logging.disable(logging.CRITICAL)
signer = signers.SimpleSigner.load(sys.argv[1], sys.argv[2])
place = fields.SigFieldSpec("Careless", box=(6, 6, 126, 46))
for line in sys.stdin:
    before, after = line.rstrip("\n").split("\t")
    with open(before, "rb") as file, open(after, "wb") as out:
        PdfSigner(
            PdfSignatureMetadata(field_name="Careless"),
            signer=signer,
            stamp_style=TextStampStyle(),
            new_field_spec=place,
        ).sign_pdf(IncrementalPdfFileWriter(file, strict=False), output=out)
