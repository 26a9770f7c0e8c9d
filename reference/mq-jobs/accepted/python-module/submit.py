# Accepted: a class of its own module; "try" is a send with a timeout of 0.
import os
import sys

from jobqueue import Full, JobQueue, number, usage

words = sys.argv[1:]
timeout = None
if words[:1] == ["--try"]:
    words.pop(0)
    timeout = 0
if len(words) != 3:
    usage("submit [--try] QUEUE PRIORITY TEXT")
name, priority, text = words
priority = number(priority)
if "\n" in text:
    usage("TEXT is one line")
if len(os.fsencode(text)) > 255:
    sys.exit("TEXT is too long")
try:
    JobQueue(name).put(priority, text, timeout=timeout)
except Full:
    sys.exit(3)
except (ValueError, OverflowError) as error:
    sys.exit(str(error))
