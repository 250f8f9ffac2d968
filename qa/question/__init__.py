"""A question understood before anything is searched: the clause that asks, its words, its time, what it leans on."""
