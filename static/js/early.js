/* Runs before the first paint: says that scripts work, so that folded navigation does not flash open. */
document.documentElement.classList.add("js");
