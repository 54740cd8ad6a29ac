"""What a family does in ten minutes at a time, without code: pure rules, one module an activity; no window here."""
