"""The commands that ask a question, one file each. Typer makes `blanket-cut` of `blanket_cut`."""

from optimizer.commands.assess import assess
from optimizer.commands.audit import audit
from optimizer.commands.blanket_cut import blanket_cut
from optimizer.commands.compare import compare
from optimizer.commands.diagnose import diagnose
from optimizer.commands.footprint import footprint
from optimizer.commands.integration import integration
from optimizer.commands.inventory import inventory
from optimizer.commands.screen import screen
from optimizer.commands.swaps import swaps

QUESTIONS = (audit, blanket_cut, screen, swaps, compare, assess, inventory, footprint, diagnose, integration)
