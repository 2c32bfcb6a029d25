"""The commands that ask a question, one file each. Typer makes `blanket-cut` of `blanket_cut`."""

from optimizer.commands.assess import assess
from optimizer.commands.audit import audit
from optimizer.commands.blanket_cut import blanket_cut
from optimizer.commands.compare import compare
from optimizer.commands.diagnose import diagnose
from optimizer.commands.footprint import footprint
from optimizer.commands.integration import integration
from optimizer.commands.inventory import inventory
from optimizer.commands.near_optimal import near_optimal
from optimizer.commands.pareto import pareto
from optimizer.commands.roadmap import roadmap
from optimizer.commands.screen import screen
from optimizer.commands.swaps import swaps
from optimizer.commands.why import why

QUESTIONS = (
    blanket_cut, why, screen, swaps, compare, near_optimal, pareto, roadmap, assess, inventory, footprint, diagnose, audit,
    integration,
)  # fmt: skip
