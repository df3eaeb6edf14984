"""Personal columns: how they are declared, and how their values are protected before anything is stored."""
