//! A program written from rustdoc alone: a call, a list read as a stream, a body set by its members, and two regions
//! from one configuration. Runs against `hwc sandbox`.

use std::env;

use huaweicloud_coc::types::ObjectFilterV2;
use huaweicloud_osm::{Config, Credential};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let keys = Credential::keys(env::var("HUAWEICLOUD_SDK_AK")?, env::var("HUAWEICLOUD_SDK_SK")?);
    let config = Config::builder()
        .credentials(keys)
        .endpoint(env::var("HUAWEICLOUD_SANDBOX_URL")?)
        .region("cn-south-1")
        .project_id("0123456789abcdef0123456789abcdef")
        .build()?;

    let osm = huaweicloud_osm::Client::new(&config)?;
    let page = osm.list_case_operate_logs().case_id("CS2209231530").limit(50).send().await?;
    println!("{} of {:?}", page.incident_operate_log_list.len(), page.total_count);

    let coc = huaweicloud_coc::Client::new(&config.to_builder().region("cn-north-4").build()?)?;
    let newest_first = ObjectFilterV2::new().field("start_time").operator("desc").values(["start_time"]);
    let mut history =
        coc.list_incidents_histories().incident_id("IM202506051651290199975850").sort_filter(newest_first).items();
    while let Some(record) = history.try_next().await? {
        println!("{:?} {:?} {:?}", record.start_time, record.operator, record.action_name_en);
    }

    let refused = coc.list_incidents_histories().fields([""; 101]).send().await;
    println!("{}", refused.err().ok_or("a call without its incident was sent")?);

    let deploy = huaweicloud_codeartsdeploy::Client::new(&config)?;
    let mut log = deploy.list_app_operations_log().app_id("0123456789abcdef0123456789abcdef").items().max_items(2);
    while let Some(operation) = log.try_next().await? {
        println!("{:?} {:?}", operation.operator, operation.operation_type);
    }

    let projectman = huaweicloud_projectman::Client::new(&config)?;
    let records =
        projectman.list_records_v2().project_id("0123456789abcdef0123456789abcdef").issue_id(1).send().await?;
    println!("{} changes", records.result.as_ref().map_or(0, |result| result.record.len()));

    let iam = huaweicloud_iam::Client::new(&config)?;
    println!("{} projects", iam.keystone_list_auth_projects().send().await?.projects.len());
    Ok(())
}
