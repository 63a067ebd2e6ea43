//! The StartInfinity tools for the members of a workspace: each asks, and nothing happens without the yes.

use serde_json::{Value, json};

use super::door::Door;
use infini_mcp::tool::confirm::Consent;

/// How often an operation was called so far.
async fn calls(door: &Door, operation: &str) -> u64 {
    let ledger = door.ledger().await;
    let rows = ledger["operations"].as_array().cloned().unwrap();
    rows.iter().find(|row| row["operation"] == json!(operation)).map_or(0, |row| row["calls"].as_u64().unwrap())
}

/// The addresses of a workspace's members, read anew.
async fn addresses(door: &Door, workspace: &str) -> Vec<String> {
    let list = door.call("infinity_list_workspace_members", json!({ "workspace_id": workspace })).await.unwrap();
    let rows = list["members"].as_array().cloned().unwrap();
    rows.iter().map(|row| row["email"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn members_are_listed_with_roles_by_name_and_by_id_of_the_workspace() {
    let door = Door::sandbox().await;
    let list = door.call("infinity_list_workspace_members", json!({ "workspace_id": "nordlicht it-systemhaus gmbh" }));
    let list = list.await.unwrap();
    assert_eq!((&list["count"], &list["workspace_id"]), (&json!(4), &json!("669")));
    assert_eq!(
        list["members"][0],
        json!({ "id": 1975, "name": "Jürgen Großmann", "email": "juergen.grossmann@nordlicht.example", "role": "full-member" })
    );
    let first = json!({ "workspace_id": 669, "limit": 3, "sort_by": "id", "sort_direction": "asc" });
    let first = door.call("infinity_list_workspace_members", first).await.unwrap();
    let rest = json!({ "workspace_id": "669", "after": first["after"] });
    assert_eq!(door.call("infinity_list_workspace_members", rest).await.unwrap()["count"], json!(1));
    for workspace in ["Nordlich", "999"] {
        let error = door.refused("infinity_list_workspace_members", json!({ "workspace_id": workspace })).await;
        assert_eq!(error["code"], json!("not_found"), "{error:#}");
    }
}

#[tokio::test]
async fn an_invitation_goes_out_only_after_a_yes_to_the_exact_address() {
    let door = Door::sandbox().await;
    let asked = json!({ "workspace_id": "669", "email": "neu@kunde.example", "role": "Full member" });
    let question = door.ask("infinity_invite_workspace_member", asked.clone()).await;
    for words in ["neu@kunde.example", "Nordlicht IT-Systemhaus GmbH", "as full-member"] {
        assert!(question.message.contains(words), "{words}: {}", question.message);
    }
    assert!(door.reply("infinity_invite_workspace_member", asked.clone(), Consent::Declined).await.is_err());
    assert_eq!(calls(&door, "inviteMember").await, 0);
    let invited = door.confirm("infinity_invite_workspace_member", asked.clone()).await.unwrap();
    assert_eq!(invited["email"], json!("neu@kunde.example"));
    assert!(invited["id"].is_number(), "{invited:#}");
    assert!(addresses(&door, "669").await.contains(&"neu@kunde.example".to_owned()));
    let error = door.refused("infinity_invite_workspace_member", asked).await;
    assert_eq!(error["code"], json!("conflict"), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("a member already"), "{error:#}");
}

#[tokio::test]
async fn an_invitation_that_answers_no_user_is_no_fault_and_a_bad_one_is_not_sent() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinity.invite_answer": "invitation" })).await;
    let asked = json!({ "workspace_id": "52593", "email": "gast@kunde.example" });
    let invited = door.confirm("infinity_invite_workspace_member", asked).await.unwrap();
    assert_eq!((&invited["email"], invited.get("id")), (&json!("gast@kunde.example"), None));
    for (email, words) in [("kein at", "not an e-mail address"), ("a@b", "not an e-mail address")] {
        let asked = json!({ "workspace_id": "669", "email": email });
        let error = door.refused("infinity_invite_workspace_member", asked).await;
        assert!(error["message"].as_str().unwrap().contains(words), "{error:#}");
    }
    let asked = json!({ "workspace_id": "669", "email": "x@kunde.example", "role": "emperor" });
    let error = door.confirm("infinity_invite_workspace_member", asked).await.unwrap_err();
    assert_eq!(error.to_json("t")["code"], json!("validation_failed"));
}

#[tokio::test]
async fn someone_known_from_another_workspace_is_added_by_name() {
    let door = Door::sandbox().await;
    let asked = json!({ "workspace_id": "Partnerbetrieb Zürich", "user_id": "Katharina Ozturk" });
    let question = door.ask("infinity_add_workspace_member", asked.clone()).await;
    assert!(question.message.contains("Katharina Öztürk <k.oeztuerk@nordlicht.example> (user id 2311)"));
    assert_eq!(calls(&door, "addMember").await, 0);
    let added = door.confirm("infinity_add_workspace_member", asked).await.unwrap();
    assert_eq!(
        (&added["id"], &added["role"], &added["workspace_id"]),
        (&json!(2311), &json!("full-member"), &json!("52593"))
    );
    assert!(addresses(&door, "52593").await.contains(&"k.oeztuerk@nordlicht.example".to_owned()));
}

#[tokio::test]
async fn a_stranger_is_added_by_number_as_the_predecessor_did_and_not_by_name() {
    let door = Door::sandbox().await;
    let asked = json!({ "workspace_id": "669", "user_id": 3120, "role": "full-member" });
    let added = door.confirm("infinity_add_workspace_member", asked).await.unwrap();
    assert_eq!(added["name"], json!("Björn Ångström"));
    let error = door
        .refused("infinity_add_workspace_member", json!({ "workspace_id": "669", "user_id": "Niemand Bekanntes" }))
        .await;
    assert_eq!(error["code"], json!("not_found"));
    assert!(error["hint"].as_str().unwrap().contains("infinity_invite_workspace_member"), "{error:#}");
    let unknown = door.confirm("infinity_add_workspace_member", json!({ "workspace_id": "669", "user_id": 99 })).await;
    assert_eq!(unknown.unwrap_err().to_json("t")["code"], json!("not_found"));
}

#[tokio::test]
async fn removing_shows_who_it_is_and_waits_for_the_yes() {
    let door = Door::sandbox().await;
    let asked = |who: Value| json!({ "workspace_id": "669", "user_id": who });
    let question = door.ask("infinity_remove_workspace_member", asked(json!(2872))).await;
    for words in ["Sebastian Weiß <s.weiss@nordlicht.example>", "Nordlicht", "all of its boards"] {
        assert!(question.message.contains(words), "{words}: {}", question.message);
    }
    let declined = door.reply("infinity_remove_workspace_member", asked(json!(2872)), Consent::Declined).await;
    assert!(declined.is_err());
    assert_eq!((calls(&door, "removeMember").await, addresses(&door, "669").await.len()), (0, 4));
    let removed = door.confirm("infinity_remove_workspace_member", asked(json!("S.Weiss@nordlicht.example"))).await;
    assert_eq!(removed.unwrap()["name"], json!("Sebastian Weiß"));
    assert!(!addresses(&door, "669").await.contains(&"s.weiss@nordlicht.example".to_owned()));
    for who in [json!("Sebastian Weiss"), json!(2872), json!("Björn Ångström")] {
        let error = door.refused("infinity_remove_workspace_member", asked(who)).await;
        assert_eq!(error["code"], json!("not_found"), "{error:#}");
        assert!(error["hint"].as_str().unwrap().contains("Zoë Bächli"), "{error:#}");
    }
    let owner = door.confirm("infinity_remove_workspace_member", asked(json!("Zoë Bächli"))).await;
    assert_eq!(owner.unwrap_err().to_json("t")["code"], json!("permission_denied"), "the owner stays");
}
