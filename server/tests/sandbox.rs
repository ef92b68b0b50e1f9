//! The desk's requests to the sandbox outside Binance's protocol.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it stands")]

mod common;

use common::TestServer;
use domain::Micros;
use store::testing::TestDb;

async fn the_desk_knows_what_plays(db: &TestDb) {
    let server = TestServer::open(db).await;
    let playing = service::trading::market::playing(&server.desk).await.unwrap().unwrap();
    assert_eq!(playing.hour, Micros::from_date("2020-10-01").unwrap());
    let synthetic: Vec<_> = playing.synthetic.iter().map(ToString::to_string).collect();
    assert_eq!(synthetic[..3], ["ETH/USDT", "SOL/USDT", "XRP/USDT"]);
    let made_up = sandbox::market::Pair::ALL.into_iter().filter(|pair| pair.synthetic());
    assert_eq!(synthetic, made_up.map(|pair| pair.symbol().to_string()).collect::<Vec<_>>());
}

store::each_engine![the_desk_knows_what_plays];
