"""Observe processes with ptrace and seccomp: who did what, without any policy of who may go on."""
