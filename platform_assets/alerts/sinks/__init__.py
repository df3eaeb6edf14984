"""Where messages go: chat, mail, a web address, an on-call service; one small class each."""
