"""Makes a long document with many revisions, and says how long pyHanko takes to validate it.

    history_judge.py make PAGES REVISIONS OUT.pdf CA.pem
    history_judge.py validate SIGNED.pdf CA.pem

Every third revision fills a text field, the others are signatures. Validation reads the file anew and
judges every signature; the answer is one JSON object with `seconds`, `cpu`, `signatures` and `valid`.
"""

import datetime
import io
import json
import logging
import sys
import time

from asn1crypto import keys, x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.pdf_utils import generic
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

logging.disable(logging.CRITICAL)


def document(pages):
    """A document of pages of text, with a font they share and a text field on the first."""
    objects = {}
    kids = " ".join(f"{10 + 2 * page} 0 R" for page in range(pages))
    objects[1] = "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/DA(/Helv 0 Tf)>>>>"
    objects[2] = f"<</Type/Pages/Kids[{kids}]/Count {pages}>>"
    objects[3] = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    objects[4] = (
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(Amount)/V(0)/Rect[72 600 200 620]/P 10 0 R>>"
    )
    for page in range(pages):
        lines = "".join(
            f"BT /F1 11 Tf 72 {760 - 14 * line} Td (Page {page + 1}, line {line + 1}) Tj ET\n"
            for line in range(50)
        )
        annotations = "/Annots[4 0 R]" if page == 0 else ""
        objects[10 + 2 * page] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {11 + 2 * page} 0 R"
            f"/Resources<</Font<</F1 3 0 R>>>>{annotations}>>"
        )
        objects[11 + 2 * page] = f"<</Length {len(lines)}>>\nstream\n{lines}endstream"
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    size = max(objects) + 1
    entries = ["0000000000 65535 f "]
    for number in range(1, size):
        if number not in objects:
            # A number without an object, so that the table has no gap.
            objects[number] = "null"
        entries.append(f"{len(out):010} 00000 n ")
        out += f"{number} 0 obj\n{objects[number]}\nendobj\n".encode()
    table = "\n".join(entries)
    start = len(out)
    out += f"xref\n0 {size}\n{table}\ntrailer\n<</Size {size}/Root 1 0 R>>\n".encode()
    out += f"startxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def signer(ca_path):
    """A key with a certificate by an authority, which is written to a file."""
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def certificate(subject, public, is_ca):
        usage = x509.KeyUsage(not is_ca, not is_ca, False, False, False, is_ca, is_ca, False, False)
        return (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("Long History CA"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + 365 * day)
            .add_extension(x509.BasicConstraints(is_ca, None), True)
            .add_extension(usage, True)
            .sign(authority_key, hashes.SHA256())
        )

    authority = certificate("Long History CA", authority_key.public_key(), True)
    person = certificate("Ada Lovelace", key.public_key(), False)
    with open(ca_path, "wb") as file:
        file.write(authority.public_bytes(serialization.Encoding.PEM))
    der = serialization.Encoding.DER
    as_asn1 = lambda cert: asn1_x509.Certificate.load(cert.public_bytes(der))
    private = key.private_bytes(
        der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    store = SimpleCertificateStore()
    store.register(as_asn1(authority))
    return SimpleSigner(as_asn1(person), keys.PrivateKeyInfo.load(private), store)


def make(pages, revisions, path, ca_path):
    person = signer(ca_path)
    data = document(int(pages))
    for revision in range(int(revisions)):
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        if revision % 3 == 2:
            field = writer.root["/AcroForm"]["/Fields"][0]
            field["/V"] = generic.pdf_string(str(revision))
            writer.update_container(field)
            out = io.BytesIO()
            writer.write(out)
        else:
            metadata = PdfSignatureMetadata(
                field_name=f"Signature{revision}",
                md_algorithm="sha256",
                subfilter=SigSeedSubFilter.PADES,
            )
            out = PdfSigner(metadata, person).sign_pdf(writer)
        data = out.getvalue()
    with open(path, "wb") as file:
        file.write(data)
    return {"bytes": len(data)}


def validate(path, ca_path):
    context = ValidationContext(
        trust_roots=[load_cert_from_pemder(ca_path)], allow_fetching=False
    )
    start, busy = time.perf_counter(), time.process_time()
    with open(path, "rb") as file:
        reader = PdfFileReader(file)
        found = [validate_pdf_signature(one, context) for one in reader.embedded_signatures]
    return {
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - busy,
        "signatures": len(found),
        "valid": sum(one.bottom_line for one in found),
    }


print(json.dumps({"make": make, "validate": validate}[sys.argv[1]](*sys.argv[2:])))
