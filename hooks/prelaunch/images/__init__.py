"""How the answers of `prelaunch.image` are worked out: each module one of its questions, imported when it is asked."""
