"""Quantities to comparisons: verdicts, camps, origins, evidence."""
