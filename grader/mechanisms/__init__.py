"""One file a primitive: the calls it consists of, how they are decoded, and who is a rival for what.

Each module has `CALLS: dict[str, Call]`, from the kernel's name of a system call to how it is read.
The seccomp filter is made of all these names, so a call that no module lists is never seen.
"""
