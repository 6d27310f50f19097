"""What each audience is given of a published plan: only what concerns it, as documents it can use."""
