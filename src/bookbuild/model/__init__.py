"""What a book is: frozen, slotted dataclasses and the standard library, nothing else."""
