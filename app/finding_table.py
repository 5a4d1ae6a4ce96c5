"""The sentences for every code of a finding: a title, what happened, and what to do."""

from __future__ import annotations

from app.sentences import Text

TEXTS: dict[str, Text] = {
    # The text of one cell
    "UPN_EMPTY_SOURCE": Text(
        "No source UPN",
        "The row has no source UPN.",
        "Fill in the source UPN, or delete the row.",
    ),
    "UPN_EMPTY_TARGET": Text(
        "No target UPN",
        "The row has no target UPN.",
        "Fill in the target UPN, or delete the row.",
    ),
    "HALF_ROW": Text(
        "One UPN is missing",
        "The {side} UPN is missing; the other cell holds {other}.",
        "Fill in the {side} UPN, or delete the row.",
    ),
    "NUMBER_NOT_UPN": Text(
        "A number, not a UPN",
        "The {side} cell holds the number {upn}, not a UPN.",
        "Enter the UPN, such as anna@contoso.com. Check that the right column was chosen.",
    ),
    "EXCEL_ERROR": Text(
        "An Excel error, not a UPN",
        "The formula in the {side} cell gives the error {upn}.",
        "Correct the formula in Excel, or type the UPN into the cell. Then save the workbook.",
    ),
    "FORMULA_NO_VALUE": Text(
        "A formula without a stored value",
        "The cell {cell} holds a formula, and the workbook has no stored value for it.",
        "Open the workbook in Excel, save it, and read it again. Excel then stores the value.",
    ),
    "HIDDEN_ROWS": Text(
        "Rows that Excel does not show",
        "{count} rows with people are hidden in the sheet, by a filter or by hand. They are in"
        " this list all the same.",
        "If they are not to be moved, put No into the Include column, or do not select them.",
    ),
    "HIDDEN_CHARACTER": Text(
        "A hidden character",
        "The {side} UPN {upn} holds what cannot be seen in Excel: {characters}.",
        "If you correct it in Excel, delete the cell and type the UPN again; do not paste it.",
    ),
    "OUTER_SPACE": Text(
        "A space before or after the UPN",
        "The {side} UPN “{upn}” begins or ends with a space.",
        "Or delete the space in Excel.",
    ),
    "INNER_SPACE": Text(
        "A space inside the UPN",
        "The {side} UPN “{upn}” has a space at position {position}.",
        "Enter the UPN without a space. If the cell holds two people, give each a row.",
    ),
    "SMART_QUOTE": Text(
        "Quotation marks or a curly apostrophe",
        "The {side} UPN {upn} holds {characters}.",
        "Or, in Excel, take away quotation marks around the UPN and type a straight apostrophe."
        " A UPN with an apostrophe inside cannot be moved; the user must be renamed.",
    ),
    "UPN_MAILTO": Text(
        "A mail link, not a UPN",
        "The {side} cell holds the link {upn}; a UPN has no “mailto:” before it.",
        "Or delete “mailto:” in Excel.",
    ),
    "UPN_CASE": Text(
        "Capital letters in the domain",
        "The domain of the {side} UPN is written {domain}. Capital letters make no difference.",
        "Or leave it as it is.",
    ),
    "UPN_NO_AT": Text(
        "No @ in the UPN",
        "The {side} UPN {upn} has no @.",
        "Enter the whole UPN, such as anna@contoso.com. Check that the right column was chosen.",
    ),
    "UPN_TWO_ATS": Text(
        "More than one @",
        "The {side} UPN {upn} has {count} @ signs; a UPN has one.",
        "Enter one UPN. If the cell holds several people, give each a row.",
    ),
    "UPN_NO_NAME": Text(
        "Nothing before the @",
        "The {side} UPN {upn} has nothing before the @.",
        "Enter the whole UPN, such as anna@contoso.com.",
    ),
    "UPN_DOT_BEFORE_AT": Text(
        "A dot right before the @",
        "The {side} UPN {upn} has a dot right before the @. Entra ID does not allow that.",
        "Look up the user’s UPN in the {side} tenant and enter it.",
    ),
    "UPN_BAD_CHARACTER": Text(
        "A character that no UPN has",
        "The {side} UPN {upn} holds {characters}. A UPN has the letters a to z without accents,"
        " digits and . - _ ! # ^ ~.",
        "Look up the user’s UPN in the {side} tenant and enter it.",
    ),
    "UPN_APOSTROPHE": Text(
        "An apostrophe in the UPN",
        "The {side} UPN {upn} has an apostrophe at position {position}. Entra ID allows it, but"
        " the move fails on it.",
        "Rename the user in the {side} tenant without the apostrophe. Wait some hours until the"
        " OneDrive address has changed, then enter the new UPN here and in the identity map.",
    ),
    "UPN_SPECIAL_WARN": Text(
        "Special characters change the address",
        "The {side} UPN {upn} holds {characters}. Such characters become _ in the OneDrive"
        " address, so the real address may differ from what you expect.",
        "Read the user’s real OneDrive address in the {side} tenant before you rely on it.",
    ),
    "UPN_GUEST": Text(
        "A guest account",
        "The {side} UPN {upn} is that of a guest (#EXT#). A guest has no OneDrive to move from"
        " or to; this is almost always a mistake.",
        "Enter the UPN of the user’s own account in the {side} tenant.",
    ),
    "UPN_TOO_LONG": Text(
        "The UPN is too long",
        "The {side} UPN {upn} has {length} characters; at most {limit} are allowed.",
        "Look up the user’s UPN in the {side} tenant and enter it.",
    ),
    "UPN_LOCAL_TOO_LONG": Text(
        "The name before the @ is too long",
        "In the {side} UPN {upn}, {length} characters stand before the @; at most {limit} may.",
        "Look up the user’s UPN in the {side} tenant and enter it.",
    ),
    "UPN_DOMAIN_TOO_LONG": Text(
        "The domain is too long",
        "In the {side} UPN {upn}, {length} characters stand after the @; at most {limit} may.",
        "Look up the user’s UPN in the {side} tenant and enter it.",
    ),
    "UPN_DOMAIN_SHAPE": Text(
        "Not a whole domain after the @",
        "In the {side} UPN {upn}, what stands after the @ is not a domain: “{domain}”.",
        "Enter a domain such as contoso.com: letters, digits and hyphens with dots between them,"
        " and no hyphen at the edge of a part.",
    ),
    # Rows against each other
    "SAME_PAIR": Text(
        "The row stands twice",
        "The same source and the same target also stand in row {rows}.",
        "Keep one of these rows. Delete the others, or set them to No in the Include column.",
    ),
    "DUPLICATE_SOURCE": Text(
        "One source, several targets",
        "The source {upn} also stands in row {rows}, with another target. A OneDrive can move to"
        " one target only.",
        "Decide which target is right. Delete the other rows, or set them to No in the Include"
        " column.",
    ),
    "DUPLICATE_TARGET": Text(
        "Several sources, one target",
        "The target {upn} also stands in row {rows}, for another source. A target can take one"
        " OneDrive only.",
        "Give each source a target of its own. For somebody with several OneDrives, choose one"
        " to move.",
    ),
    "SOURCE_IS_TARGET": Text(
        "Source and target are the same",
        "The row moves {upn} to itself.",
        "Enter the UPN that the user has in the target tenant.",
    ),
    "TARGET_IS_ALSO_SOURCE": Text(
        "The target is a source elsewhere",
        "The target {upn} is the source in row {rows}.",
        "Check that source and target are not exchanged in one of these rows.",
    ),
    "URL_COLLISION": Text(
        "Two targets may want the same address",
        "The target {upn} and the one in row {rows} give the same OneDrive address, because"
        " other characters than letters and digits become _. Microsoft then adds a number to one"
        " of them, or the move reports a conflict.",
        "Check both target UPNs. If both are right, move one first, read the real address of its"
        " OneDrive, then move the other.",
    ),
    "MIXED_DOMAIN": Text(
        "Another domain than the rest",
        "The {side} UPN {upn} ends in {domain}; {count} other rows end in {expected}.",
        "Check the spelling. If the domain belongs to the {side} tenant, leave it.",
    ),
    "HELD_BACK": Text(
        "Held back in the workbook",
        "The Include column of this row says No. The row is not started.",
        "To move this person, set Include to Yes, save the workbook and read it again.",
    ),
    # The list as a whole
    "SEVERAL_DOMAINS": Text(
        "Several domains in one column",
        "The {side} column holds several domains: {domains}.",
        "Check that all of them belong to the {side} tenant.",
    ),
    "SAME_DOMAIN_BOTH_SIDES": Text(
        "A domain on both sides",
        "These domains stand in the source column and in the target column: {domains}. A domain"
        " belongs to one tenant at a time.",
        "Check that the two columns are not exchanged, and that no row holds the same user twice.",
    ),
    # Hosts
    "HOST_EMPTY": Text(
        "No OneDrive address",
        "The OneDrive address of the {side} tenant is missing.",
        "Enter it, such as https://contoso-my.sharepoint.com.",
    ),
    "HOST_NOT_HTTPS": Text(
        "The address does not begin with https://",
        "The {side} address {host} does not begin with https://.",
        "Enter it in full, such as https://contoso-my.sharepoint.com.",
    ),
    "HOST_ADMIN": Text(
        "The address of the admin center",
        "The {side} address {host} is that of the SharePoint admin center.",
        "Enter the OneDrive address; it ends in -my.sharepoint.com.",
    ),
    "HOST_NOT_ONEDRIVE": Text(
        "Not a OneDrive address",
        "The {side} address {host} is a SharePoint address, but not that of OneDrive.",
        "Enter the OneDrive address; it ends in -my.sharepoint.com.",
    ),
    "HOST_NOT_SHAREPOINT": Text(
        "Not a SharePoint address",
        "The {side} address {host} does not end in -my.sharepoint.com.",
        "Enter the OneDrive address of the tenant, such as https://contoso-my.sharepoint.com.",
    ),
    "HOST_OTHER_CLOUD": Text(
        "A cloud that cannot take part",
        "The {side} address {host} belongs to another cloud: {cloud}. Microsoft offers these moves"
        " in the worldwide cloud only.",
        "Choose a tenant of the worldwide cloud. This tenant cannot be used.",
    ),
    "HOST_PATH": Text(
        "The address goes on after the host",
        "The {side} address {host} goes on after .sharepoint.com.",
        "Enter only the part up to .sharepoint.com.",
    ),
    "HOST_SHAPE": Text(
        "The address cannot be read",
        "The {side} address “{host}” is not a web address of the expected form.",
        "Enter it without spaces, user name or port, such as https://contoso-my.sharepoint.com.",
    ),
    "HOST_SAME": Text(
        "Source and target tenant are the same",
        "The source and the target have the same address, {host}.",
        "Enter the address of the other tenant on one side.",
    ),
    # The plan
    "BATCH_SIZE": Text(
        "This batch size cannot be",
        "A batch of {size} people was asked for. The service queues at most {limit} moves.",
        "Choose a number from 1 to {limit}.",
    ),
    "BATCH_VOLUME": Text(
        "This batch volume cannot be",
        "Batches of at most {size} GB were asked for.",
        "Choose a number above 0.",
    ),
    "UNKNOWN_ZONE": Text(
        "This time zone is not known",
        "There is no time zone called “{zone}”.",
        "Did you mean {near}? Zones are named by region and city.",
    ),
    "BAD_TIME": Text(
        "This time cannot be read",
        "“{time}” is not a date with an hour.",
        "Write it as year-month-day hour:minute, such as 2026-12-05 18:00.",
    ),
    "HOUR_DOES_NOT_EXIST": Text(
        "This hour does not exist",
        "On {time} the clocks in {zone} go forward: this time is left out.",
        "Choose another time. The next that exists is {next} ({utc} UTC).",
    ),
    "HOUR_TWICE": Text(
        "This hour comes twice",
        "On {time} the clocks in {zone} go back: the first time it is {first} UTC, the second"
        " time {second} UTC.",
        "Say which one you mean: {first_text} is the first, {second_text} the second.",
    ),
    "BEGIN_IN_PAST": Text(
        "The begin is in the past",
        "The begin {time} ({utc}) is over. Now it is {now}.",
        "Choose a later begin, or none to start as soon as possible.",
    ),
    "END_IN_PAST": Text(
        "The end is in the past",
        "The end {time} ({utc}) is over. Now it is {now}.",
        "Choose a later end, or none.",
    ),
    "END_BEFORE_BEGIN": Text(
        "The end is not after the begin",
        "The begin is {begin}, the end is {end}.",
        "Choose an end that is later than the begin, or none.",
    ),
    "LATEST_IN_PAST": Text(
        "The latest start is in the past",
        "The latest start {time} ({utc}) is over. Now it is {now}.",
        "Choose a later one, or none.",
    ),
    "LATEST_BEFORE_BEGIN": Text(
        "The latest start is not after the begin",
        "The begin is {begin}, the latest start is {latest}.",
        "Choose a latest start that is later than the begin, or none.",
    ),
}
