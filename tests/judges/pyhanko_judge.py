"""Says what pyHanko thinks of the newest signature in a PDF, and whether the earlier ones still
hold, as one JSON object.

    pyhanko_judge.py SIGNED.pdf CA.pem [PASSWORD]
"""

import json
import logging
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)


def main(signed, ca, password=None):
    context = ValidationContext(trust_roots=[load_cert_from_pemder(ca)], allow_fetching=False)
    with open(signed, "rb") as file:
        reader = PdfFileReader(file)
        if password is not None:
            reader.decrypt(password)
        signatures = reader.embedded_signatures
        if not signatures:
            return {"signatures": 0}
        newest = signatures[-1]
        status = validate_pdf_signature(newest, context)
        earlier = [validate_pdf_signature(one, context).bottom_line for one in signatures[:-1]]
        return {
            "signatures": len(signatures),
            "earlier": earlier,
            "intact": status.intact,
            "valid": status.valid,
            "trusted": status.trusted,
            "bottom_line": status.bottom_line,
            "coverage": status.coverage.name,
            "digest": status.md_algorithm,
            "subfilter": str(newest.sig_object.get("/SubFilter")),
        }


print(json.dumps(main(*sys.argv[1:])))
