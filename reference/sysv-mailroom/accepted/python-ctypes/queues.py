"""The C library's calls, with structures as in C."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.msgsnd.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.msgrcv.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_long, ctypes.c_int]
libc.msgrcv.restype = ctypes.c_ssize_t

IPC_CREAT = 0o1000
IPC_NOWAIT = 0o4000
IPC_RMID = 0


class Request(ctypes.Structure):
    _fields_ = [("type", ctypes.c_long), ("id", ctypes.c_long), ("text", ctypes.c_char * 200)]


class Answer(ctypes.Structure):
    _fields_ = [("type", ctypes.c_long), ("text", ctypes.c_char * 200)]


def checked(result):
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def get(key, flags=0):
    return checked(libc.msgget(key, flags))


def send(queue, message):
    checked(libc.msgsnd(queue, ctypes.byref(message), ctypes.sizeof(message) - ctypes.sizeof(ctypes.c_long), 0))


def receive(queue, message, kind, flags=0):
    size = ctypes.sizeof(message) - ctypes.sizeof(ctypes.c_long)
    checked(libc.msgrcv(queue, ctypes.byref(message), size, kind, flags))
    return message


def remove(queue):
    checked(libc.msgctl(queue, IPC_RMID, None))
