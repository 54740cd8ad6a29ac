"""The address of a studio as a QR code: for the teacher's page, and for the terminal."""

from __future__ import annotations

import io

import segno


def svg(address: str) -> bytes:
    """Return a QR code as an SVG picture, dark on white with a quiet zone.

    Examples
    --------
    >>> b"<svg" in svg("http://192.168.1.7:8765/?code=KX4T-9CQM")
    True
    """
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", scale=8, border=4, light="#ffffff", xmldecl=False
    )
    return out.getvalue()


def blocks(address: str) -> str:
    """Return a QR code as text, for a terminal with a dark or a light ground."""
    out = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(out, compact=True, border=2)
    return out.getvalue()
