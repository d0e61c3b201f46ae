//! External events: resources of remote calendars that Quince did not write, and their instances within the horizon.

mod instances;
mod problems;
mod resources;

pub use instances::{
    Instance, NewInstance, between, count_instances, delete_some_from, delete_some_of, delete_some_until,
    hrefs_within, instance, instances_of, replace_instances,
};
pub use problems::{ProblemEvent, problems, problems_of, set_problem, with_problems};
pub use resources::{
    ExternalEvent, FirstImport, Key, NewEvent, count, delete, delete_some_of_connection, keys_at, left_over,
    list_first_imports, list_keys, list_with_ics, remove, show_present, upsert, upsert_unreadable,
};
