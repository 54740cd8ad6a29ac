"""Make, license, label and question AI-generated video: a course platform."""

__version__ = "0.1.0"
