"""Who may do what: every route, everybody, everybody's things."""
