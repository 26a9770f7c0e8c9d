"""One bubblewrap sandbox for each run, with an agent inside that starts the programs.

Read `box.py` first. `agent.py`, `launch.py`, `commands.py`, `files.py`, `inventory.py`, `kernel.py` and
`protocol.py` run inside the sandbox, where nothing but Python's standard library exists.
"""
