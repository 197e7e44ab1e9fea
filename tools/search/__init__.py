"""`rasid search`: taking the passages out of search's store, and making a store from them."""
