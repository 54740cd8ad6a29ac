"""What a school keeps, as a whole: moving it into PostgreSQL, copying it, bringing a copy back, erasing one learner."""
