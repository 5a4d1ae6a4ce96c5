"""The sentences for every code that the pre-flight gives of its own: of rows and of tenants."""

from __future__ import annotations

from app.sentences import Text

_ASK_AGAIN = "Run the pre-flight again for this row; nothing has been changed."
_BY_HAND = "To check it by hand, run in the SharePoint Online Management Shell: "
_VERIFY = (
    "Verify-SPOCrossTenantRelationship -Scenario MnA -PartnerRole Target"
    " -PartnerCrossTenantHostUrl <target OneDrive address> on the source tenant, and the same with"
    " -PartnerRole Source and the source’s address on the target tenant. Both must say"
    " GoodToProceed; a new trust may rest for seven days."
)

PREFLIGHT_TEXTS: dict[str, Text] = {
    # The source user
    "SOURCE_USER_FOUND": Text("The source user is there", "The source user may sign in.", ""),
    "SOURCE_USER_MISSING": Text(
        "No such source user",
        "The source tenant has no user {upn}.",
        "Correct the source UPN. After a rename, wait some hours and enter the new UPN.",
    ),
    "SOURCE_USER_DISABLED": Text(
        "The source account is disabled",
        "The account {upn} may not sign in, as after somebody has left. If the licence went with"
        " it, the OneDrive is locked and the move fails.",
        "Check that the user still has a licence with OneDrive; give it back before the start.",
    ),
    "SOURCE_USER_STATE_UNSAID": Text(
        "Not said whether the source account is enabled",
        "The source tenant shows {upn}, but not whether the account may sign in.",
        "Look at the user in the Microsoft Entra admin center, or allow User.Read.All.",
    ),
    "SOURCE_USER_UNREADABLE": Text(
        "The source user could not be read",
        "The source tenant answered for {upn}: {said}",
        _ASK_AGAIN,
    ),
    # The source OneDrive
    "SOURCE_DRIVE_FOUND": Text(
        "The source OneDrive is there", "The source user has a OneDrive.", ""
    ),
    "SOURCE_DRIVE_MISSING": Text(
        "The source user has no OneDrive",
        "{upn} never opened OneDrive, or it is gone: there is nothing to move.",
        "Leave the person out, or correct the source UPN if it is the wrong one.",
    ),
    "SOURCE_DRIVE_LOCKED": Text(
        "The source OneDrive is locked",
        "The source tenant refuses to open the OneDrive of {upn}: {said}",
        "Give the user a SharePoint licence again, and set the lock state of the OneDrive to"
        " Unlock by its real address: Set-SPOSite -Identity <address> -LockState Unlock",
    ),
    "SOURCE_DRIVE_UNREADABLE": Text(
        "The source OneDrive could not be read",
        "The source tenant answered for the OneDrive of {upn}: {said}",
        _ASK_AGAIN,
    ),
    "SOURCE_DRIVE_QUOTA": Text(
        "The source OneDrive is over its quota",
        "The source tenant calls the quota of the OneDrive of {upn} “{state}”. A OneDrive that is"
        " over its quota becomes read-only, and a read-only one cannot be moved.",
        "Raise the quota of the source OneDrive, or let the user make room, before the start.",
    ),
    "SOURCE_SIZE_FITS": Text(
        "The source OneDrive is not too large", "Its size is within the limits.", ""
    ),
    "SOURCE_SIZE_LARGE": Text(
        "A very large OneDrive",
        "The OneDrive of {upn} holds {size}. Microsoft’s pages disagree whether more than {limit}"
        " can be moved (as of {as_of}).",
        "Start this person alone and early, or let the user make room first.",
    ),
    "SOURCE_SIZE_TOO_LARGE": Text(
        "The OneDrive is too large",
        "The OneDrive of {upn} holds {size}; at most {limit} can be moved (as of {as_of}).",
        "Make the OneDrive smaller, or move this person’s files in another way.",
    ),
    "SOURCE_SIZE_UNSAID": Text(
        "The size of the OneDrive is not known",
        "The source tenant does not say how much the OneDrive of {upn} holds.",
        "Look at the storage of the user in the Microsoft 365 admin center.",
    ),
    # The target user
    "TARGET_USER_FOUND": Text("The target user is there", "The target user may sign in.", ""),
    "TARGET_USER_MISSING": Text(
        "No such target user",
        "The target tenant has no user {upn}.",
        "Create the user in the target tenant, or correct the target UPN.",
    ),
    "TARGET_USER_DISABLED": Text(
        "The target account is disabled",
        "The account {upn} may not sign in; the person could not use the OneDrive after the move.",
        "Enable the account in the target tenant if the person is to use it.",
    ),
    "TARGET_USER_GUEST": Text(
        "The target is a guest account",
        "{upn} is a guest in the target tenant. A guest has no OneDrive.",
        "Enter the UPN of the person’s own account in the target tenant.",
    ),
    "TARGET_USER_STATE_UNSAID": Text(
        "Not said whether the target account is enabled",
        "The target tenant shows {upn}, but not whether the account may sign in.",
        "Look at the user in the Microsoft Entra admin center, or allow User.Read.All.",
    ),
    "TARGET_USER_UNREADABLE": Text(
        "The target user could not be read",
        "The target tenant answered for {upn}: {said}",
        _ASK_AGAIN,
    ),
    "TARGET_PLAN_FOUND": Text(
        "The target user may have a OneDrive", "The target user has a plan with it.", ""
    ),
    "TARGET_PLAN_MISSING": Text(
        "The target user has no plan with OneDrive",
        "{upn} has no licence with SharePoint and OneDrive in the target tenant.",
        "Assign a plan with OneDrive to the target user, and do not open OneDrive before the move.",
    ),
    "TARGET_PLAN_STATE": Text(
        "An unknown state of the target user’s plan",
        "The target tenant calls the SharePoint plan of {upn} “{state}”.",
        "Look at the user’s licences in the Microsoft 365 admin center of the target tenant.",
    ),
    "TARGET_PLAN_UNSAID": Text(
        "The target user’s plans are not known",
        "The target tenant does not say whether {upn} has a plan with SharePoint and OneDrive.",
        "Look at the user’s licences in the Microsoft 365 admin center of the target tenant.",
    ),
    "TARGET_DRIVE_ABSENT": Text(
        "No OneDrive on the target yet", "The target user has none, as it must be.", ""
    ),
    "TARGET_DRIVE_EXISTS": Text(
        "The target user already has a OneDrive",
        "{upn} already has a OneDrive in the target tenant. A move does not merge: it fails.",
        "Ask whether anybody needs what is in it. Only the target’s administrator can decide to"
        " remove it, also from the recycle bin, by its real address; this program never does.",
    ),
    "TARGET_DRIVE_UNREADABLE": Text(
        "The target OneDrive could not be read",
        "The target tenant answered for the OneDrive of {upn}: {said}",
        _ASK_AGAIN,
    ),
    # Licence, identity map, dry run
    "LICENCE_ASSIGNED": Text(
        "The licence for moves is assigned", "One of the two users has the licence.", ""
    ),
    "LICENCE_NOT_ASSIGNED": Text(
        "No licence for moves seen",
        "Neither {source} nor {target} has a licence for moves that the program recognises.",
        "Assign Cross Tenant User Data Migration to one of the two.",
    ),
    "MAP_ENTRY_FITS": Text(
        "The identity map fits", "The target’s identity map names the target of the row.", ""
    ),
    "MAP_USER_TYPE": Text(
        "An unusual user type in the identity map",
        "The identity map has {source} as “{type}”. A member must be a regular user, or the entry"
        " may be of no use.",
        "Upload the entry again with the type RegularUser, and read it back.",
    ),
    "MAP_UNREADABLE": Text(
        "The identity map could not be read",
        "The target tenant answered for the entry of {source}: {said}",
        _ASK_AGAIN,
    ),
    "DRY_RUN_PASSED": Text("The dry run passed", "The service found nothing in the way.", ""),
    "DRY_RUN_REFUSED": Text(
        "The dry run found something",
        "The service said: {said}",
        "Correct what the text names, then run the pre-flight again for this row.",
    ),
    "DRY_RUN_WORD": Text(
        "The dry run gave no clear answer",
        "The service answered “{state}” and no reason.",
        "Run the pre-flight again for this row. If it stays, keep the word for Microsoft’s"
        " support.",
    ),
    "DRY_RUN_TENANTS": Text(
        "Not checked, because the tenants are not ready",
        "The service refuses every dry run for now: {said}",
        "Put right what stands on the tenants first, then run the pre-flight again.",
    ),
    "ROW_NOT_WHOLE": Text(
        "Not checked in full",
        "A question was refused for everybody, so it was not asked about this row. What passed, did"
        " pass.",
        "See what stands on both tenants, put it right, and run the pre-flight again.",
    ),
    "DRY_RUN_THERE_ALREADY": Text(
        "The service already has a move of this person",
        "A move of the OneDrive of {source} is under way or done.",
        "Nothing is started twice: at the start the program takes over the move that is there.",
    ),
    # The two tenants
    "TENANTS_DIFFER": Text("Two tenants", "Source and target are two tenants.", ""),
    "TENANTS_SAME": Text(
        "Both sign-ins lead to the same tenant",
        "The source and the target connection both lead to {tenant}.",
        "Sign in to the other tenant on one side.",
    ),
    "TENANT_UNREADABLE": Text(
        "The {side} tenant does not tell everything",
        "The {side} tenant refused: {said}",
        "Allow the application Organization.Read.All and LicenseAssignment.Read.All there.",
    ),
    "HOSTS_FIT": Text("The OneDrive addresses fit", "Both addresses are OneDrive hosts.", ""),
    "HOSTS_SEVERAL": Text(
        "Source OneDrives in several places",
        "The source OneDrives lie at {hosts}: the tenant has several geographies.",
        "Each source geography needs its own trust with the target, and has its own queue.",
    ),
    "TRUST_GOOD": Text("The tenants trust each other", "The service lets moves pass.", ""),
    "TRUST_NOT_GOOD": Text(
        "The trust is not ready on the {side} side",
        "The {side} tenant says of its partner: {word}.",
        "NotEstablished: set the trust up there. NotEstablishedByPartner: the other administrator"
        " must. DormantByPartner: wait up to seven days. CouldNotContactPartner: check the"
        " address.",
    ),
    "TRUST_WORD": Text(
        "An unknown word on the trust",
        "The {side} tenant says of its partner: {word}.",
        "Check the trust by hand before the start. " + _BY_HAND + _VERIFY,
    ),
    "TRUST_UNSEEN": Text(
        "The trust cannot be read here",
        "Microsoft Graph has no call for the trust between tenants, and no dry run has passed yet"
        " that would show it.",
        _BY_HAND + _VERIFY,
    ),
    "COMPATIBILITY_GOOD": Text("The tenants are compatible", "The source says {word}.", ""),
    "COMPATIBILITY_WARNING": Text(
        "The tenants are compatible with a warning",
        "The source says {word}: a move is possible, waiting is recommended.",
        "Start a small pilot, or wait 48 hours and check again.",
    ),
    "COMPATIBILITY_WORD": Text(
        "An unknown word on the compatibility",
        "The source says {word}.",
        "Only Compatible and Warning may proceed. Ask Microsoft’s support what the word means.",
    ),
    "COMPATIBILITY_UNSEEN": Text(
        "The compatibility cannot be read here",
        "Microsoft Graph has no call for the compatibility of the two tenants.",
        _BY_HAND
        + "Get-SPOCrossTenantCompatibilityStatus -PartnerCrossTenantHostUrl <target OneDrive"
        " address> on the source tenant, right before the start. Compatible and Warning may"
        " proceed; at Incompatible wait 48 hours.",
    ),
    "LICENCE_SEATS_ENOUGH": Text(
        "Enough licences for moves", "{free} are free, {needed} are needed.", ""
    ),
    "LICENCE_SEATS_SHORT": Text(
        "Too few licences for moves",
        "{needed} people have no licence for moves on either side, and {free} are free.",
        "Buy more of Cross Tenant User Data Migration, or move fewer people.",
    ),
    "LICENCE_NOT_FOUND": Text(
        "No licence for moves was recognised",
        "Neither tenant has a product that the program knows as Cross Tenant User Data Migration."
        " Microsoft has changed its names before.",
        "Check in the Microsoft 365 admin center that you own it. Its name can be added to the file"
        " limits.toml in the program’s data folder.",
    ),
    "LICENCE_SEATS_UNSAID": Text(
        "The number of licences is not known",
        "The tenants do not say how many licences for moves are bought or used.",
        "Compare the licences with the number of people in the Microsoft 365 admin center.",
    ),
    "LICENCES_UNREADABLE": Text(
        "The licences cannot be read",
        "Neither tenant tells its licences to this sign-in.",
        "Allow the application LicenseAssignment.Read.All, or count them in the Microsoft 365"
        " admin center.",
    ),
    "QUEUE_HAS_ROOM": Text("The queue has room", "{pending} of {limit} places are taken.", ""),
    "QUEUE_SHORT": Text(
        "The queue cannot take everybody at once",
        "{pending} moves wait at the service, which queues {limit}: there is room for {room} of"
        " {rows} people.",
        "Nothing needs to be done: the program sends the others as room appears.",
    ),
    "QUEUE_UNSEEN": Text(
        "The queue cannot be seen",
        "The service does not say how many moves are waiting.",
        _BY_HAND
        + "Get-SPOCrossTenantUserContentMoveState -PartnerCrossTenantHostUrl <target OneDrive"
        " address> -MoveState Queued",
    ),
    "TARGET_DRIVES_UNSEEN": Text(
        "Target OneDrives are not looked at",
        "The target is signed in to by a person. Asked in a person’s name, Microsoft Graph makes"
        " the missing OneDrive of a target user, and the move then fails; so it is never asked.",
        "A dry run that passes has looked. To be sure, sign in to the target as an application, or"
        " look the users up in the SharePoint admin center of the target: none may have a OneDrive,"
        " not even a deleted one.",
    ),
    "CONTENT_UNSEEN": Text(
        "What is in the OneDrives is not looked at",
        "The number of items (at most 1,000,000 with versions), holds, lock state, ownership,"
        " subsites and long paths cannot be read here. A dry run may see them; Microsoft does not"
        " say how far it looks.",
        "Spot-check large OneDrives: Get-SPOSite -Identity <address> | fl LockState, Owner; holds"
        " in the Microsoft Purview portal; long paths with"
        " Find-SPOCrossTenantLongFilePathsForSiteRename.",
    ),
    "DRY_RUN_NOT_OFFERED": Text(
        "No dry run",
        "The connected service offers no dry run.",
        _BY_HAND + "Start-SPOCrossTenantUserContentMove -SourceUserPrincipalName <source UPN>"
        " -TargetUserPrincipalName <target UPN> -TargetCrossTenantHostUrl <target OneDrive address>"
        " -ValidationOnly",
    ),
    "DRY_RUNS_REFUSED": Text(
        "The service refuses dry runs",
        "It said: {said}",
        "Check the permission SharePointCrossTenantMigration.Manage.All on the source tenant. By"
        " hand: Start-SPOCrossTenantUserContentMove with -ValidationOnly.",
    ),
    "SOURCE_USERS_REFUSED": Text(
        "Source users cannot be read",
        "The source tenant said: {said}",
        "Allow User.Read.All on the source tenant, or check the users in its admin center.",
    ),
    "TARGET_USERS_REFUSED": Text(
        "Target users cannot be read",
        "The target tenant said: {said}",
        "Allow User.Read.All on the target tenant, or check the users in its admin center.",
    ),
    "SOURCE_DRIVES_REFUSED": Text(
        "Source OneDrives cannot be read",
        "The source tenant said: {said}",
        "Allow Files.Read.All on the source tenant, or check sizes in its SharePoint admin center.",
    ),
    "TARGET_DRIVES_REFUSED": Text(
        "Target OneDrives cannot be read",
        "The target tenant said: {said}",
        "Allow the application Files.Read.All on the target tenant, or look the users up in its"
        " SharePoint admin center.",
    ),
    "MAP_REFUSED": Text(
        "The identity map cannot be read",
        "The target tenant said: {said}",
        "Allow SharePointCrossTenantMigration.Read.All on the target tenant. By hand:"
        " Get-SPOTenantIdentityMappingUser -Field SourceUserKey -Value <source UPN>",
    ),
}
