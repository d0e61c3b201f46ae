-- Words that are known, and no others.
ALTER TABLE staff ADD CONSTRAINT staff_role_check CHECK (role IN ('owner', 'admin', 'staff'));
ALTER TABLE connections ADD CONSTRAINT connections_server_check CHECK (server IN ('icloud', 'caldav'));
ALTER TABLE connections ADD CONSTRAINT connections_state_check
    CHECK (state IN ('connected', 'needs-attention', 'stale', 'disconnected'));
ALTER TABLE connections ADD CONSTRAINT connections_import_policy_check CHECK (import_policy IN ('keep-up', 'as-first-imported'));
ALTER TABLE connections ADD CONSTRAINT connections_when_stale_check
    CHECK (when_stale IN ('use-last-known', 'stop-offering', 'ignore-calendar'));
ALTER TABLE external_instances ADD CONSTRAINT external_instances_blocks_check
    CHECK (blocks IN ('busy', 'tentative', 'all-day', 'not-understood', 'transparent', 'cancelled', 'declined'));
ALTER TABLE booking_calendars ADD CONSTRAINT booking_calendars_kind_check
    CHECK (kind IN ('class-booking', 'round-robin', 'collective', 'service', 'personal', 'simple'));
ALTER TABLE booking_calendars ADD CONSTRAINT booking_calendars_distribution_check
    CHECK (distribution IN ('availability', 'equal'));
ALTER TABLE calendar_members ADD CONSTRAINT calendar_members_priority_check CHECK (priority IN ('high', 'medium', 'low'));
ALTER TABLE appointments ADD CONSTRAINT appointments_status_check
    CHECK (status IN ('new', 'confirmed', 'cancelled', 'showed', 'no-show', 'invalid'));
ALTER TABLE occupancy ADD CONSTRAINT occupancy_owner_kind_check CHECK (owner_kind IN ('staff', 'calendar', 'unit'));
ALTER TABLE blocked_time ADD CONSTRAINT blocked_time_owner_kind_check CHECK (owner_kind IN ('staff', 'calendar', 'unit'));
ALTER TABLE event_writes ADD CONSTRAINT event_writes_state_check
    CHECK (state IN ('waiting', 'written', 'failed', 'changed-in-icloud', 'removed', 'no-calendar'));
ALTER TABLE event_writes ADD CONSTRAINT event_writes_action_check CHECK (action IN ('put', 'delete'));
ALTER TABLE messages ADD CONSTRAINT messages_kind_check
    CHECK (kind IN ('client-confirm', 'client-booked', 'client-rescheduled', 'client-host-changed', 'client-cancelled',
        'client-declined', 'client-moved-up', 'client-reminder', 'waiting', 'waiting-over', 'host-booked', 'host-rescheduled',
        'host-cancelled', 'host-deleted', 'host-left', 'host-others-changed', 'session-cancelled', 'calendar-unreadable',
        'calendars-failing'));
ALTER TABLE messages ADD CONSTRAINT messages_state_check CHECK (state IN ('waiting', 'sent', 'failed'));
ALTER TABLE changes ADD CONSTRAINT changes_subject_check
    CHECK (subject IN ('booking-calendar', 'menu', 'workspace', 'resources', 'profile', 'appointment'));
ALTER TABLE changes ADD CONSTRAINT changes_deed_check CHECK (deed IN ('saved', 'deleted'));
ALTER TABLE link_keys ADD CONSTRAINT link_keys_purpose_check CHECK (purpose IN ('manage', 'mailed', 'waiting'));
