#!/usr/bin/env python3
"""Renames the identifiers of Slipstream to the field's terms, in any checkout of the repository. The change that applies it
also deletes it.

    python3 xtask/renames.py [--root DIR] [--stage modules|names|tests|docs] [--dry]

Without `--stage` all stages run, in this order. Run `cargo fmt` afterwards. The script is idempotent: a second run
changes nothing; after a merge it renames what the other branch brought along under an old name.

How it works. The tables below are the renames. An item (`path/to/file.rs::Name -> NewName`, with `::module` between for
inline modules) is renamed where a path resolves to it: the script reads `mod`, `use` (with aliases, groups and globs),
`crate`, `self`, `super` and `Self` like the compiler does, so that the same name of another module stays. A member
(`file.rs::Type.member -> new @ globs`) is renamed in its declaration, in `Type::member`, `Self::member`, in literals and
patterns of the type; `.member` in the files that match the globs (without globs: everywhere if no other type declares
that name, else in the type's own file). Methods need a following `(`, fields must not have one. Words (`old -> new`,
`!old` for locals and parameters only, `.old` after a dot only, `re:` for a regular expression) come last; a local is
left alone where its new name is already used in that function. Strings, SQL and attributes' values never change, except
the arguments inside format strings (`{told}`). Comments change inside backticks only.

Names on a wire stay: a renamed field of a serialized type gets `#[serde(rename = "...")]`, a renamed type with a schema
gets `#[schema(as = ...)]`; fields of `FromRow` types are not in the tables.
"""
import argparse, bisect, fnmatch, os, re, subprocess, sys
from collections import defaultdict

# Files, and the modules in them.
MOVES = r"""
crates/service/src/keeper.rs -> crates/service/src/reconciler.rs
crates/service/src/strategy/live/walk.rs -> crates/service/src/strategy/live/trade_replay.rs
crates/service/src/audit/deeds.rs -> crates/service/src/audit/actions.rs
crates/sandbox/src/market/walk.rs -> crates/sandbox/src/market/price_path.rs
crates/sandbox/src/engine/floor.rs -> crates/sandbox/src/engine/markets.rs
crates/sandbox/src/engine/house.rs -> crates/sandbox/src/engine/counterparty.rs
crates/strategy/src/candles/moment.rs -> crates/strategy/src/candles/timestamp.rs
crates/store/tests/contract/people.rs -> crates/store/tests/contract/users.rs
server/src/rest/shelf.rs -> server/src/rest/response_cache.rs
server/src/doors.rs -> server/src/api_router.rs
server/src/rest/mudawyl/asked.rs -> server/src/rest/mudawyl/raw_request.rs
server/src/watchdog/tell.rs -> server/src/watchdog/channel.rs
server/tests/common/house.rs -> server/tests/common/test_server.rs
server/tests/front/told.rs -> server/tests/front/reported.rs
app/src/islands/told.rs -> app/src/islands/messages.rs
app/src/words/deeds.rs -> app/src/words/audit_actions.rs
app/src/words/people.rs -> app/src/words/users.rs
app/src/api/people.rs -> app/src/api/users.rs
app/src/pages/operator/people.rs -> app/src/pages/operator/users.rs
xtask/src/say.rs -> xtask/src/console.rs
"""

# Types, traits and aliases.
TYPES = r"""
# 1. Names of std
crates/domain/src/copy/size.rs::Sized -> SizedEntry
crates/store/src/copy/row.rs::Copy -> CopyTrade
crates/store/src/lib.rs::Hash -> TokenHash
crates/sandbox/src/history.rs::Read -> ReadKind
crates/sandbox/src/market/walk.rs::Path -> PricePath
crates/sandbox/src/exchange.rs::Moment -> EventBatch
crates/service/src/password.rs::Hasher -> PasswordHasher
crates/service/tests/protection/sim/mod.rs::Write -> WriteRequest
server/src/proxy.rs::From -> ClientOrigin
app/src/islands/desk/read.rs::Read -> FromTree
xtask/src/bench/peer.rs::Read -> BenchRead
# 2. Names that several modules had
app/src/answer.rs::Failure -> FormFailure
crates/checkout/src/protocol/failure.rs::Failure -> CheckoutFailure
crates/exchange/src/failure.rs::Failure -> ExchangeFailure
crates/payment/src/failure.rs::Failure -> PaymentFailure
crates/sandbox/src/protocol/failure.rs::Failure -> SandboxFailure
server/src/rest/currencycloud/error.rs::Failure -> CurrencycloudFailure
server/src/rest/lumetrade/error.rs::Failure -> LumetradeFailure
server/src/rest/mudawyl/error.rs::Failure -> MudawylFailure
server/src/rest/threecommas/error.rs::Failure -> ThreeCommasFailure
server/src/rest/currencycloud/error.rs::Told -> CurrencycloudError
server/src/rest/lumetrade/error.rs::Told -> LumetradeError
server/src/rest/threecommas/error.rs::Told -> ThreeCommasError
server/src/health.rs::Told -> HealthParts
server/src/health.rs::Standing -> QueueHealth
crates/payment/src/stripe/api.rs::Told -> StripeError
crates/service/src/sandbox_control.rs::Told -> ReportedMarkets
crates/service/src/sandbox_control.rs::ToldHour -> ReportedHour
crates/service/src/sandbox_control.rs::ToldMarket -> ReportedMarket
crates/service/src/sandbox_control.rs::ToldFunds -> ReportedTransfer
crates/service/src/strategy/live/walk.rs::Told -> RecordedSignal
crates/store/tests/parity.rs::Told -> Constraints
app/src/islands/told.rs::Told -> TabMessage
app/src/pages/past.rs::Asked -> TradeQuery
crates/sandbox/src/protocol/control/naked.rs::Asked -> SpansQuery
crates/sandbox/src/protocol/control/accounts.rs::AskedRights -> RightsRequest
crates/sandbox/src/protocol/control/accounts.rs::AskedModes -> ModesRequest
crates/sandbox/src/protocol/control/faults.rs::AskedLag -> LagRequest
crates/sandbox/src/protocol/control/faults.rs::AskedChange -> MarketChangeRequest
crates/sandbox/src/protocol/scope.rs::Asked -> RequestInfo
crates/sandbox/src/protocol/stream/mod.rs::Asked -> StreamQuery
crates/sandbox/src/protocol/stream/request.rs::Asked -> StreamRequest
crates/service/src/balance_history.rs::Asked -> BalanceHistoryRequest
crates/service/src/balance_history.rs::Page -> BalanceHistoryPage
crates/service/src/billing/operation.rs::Asked -> OperationError
crates/service/src/follow/change.rs::Asked -> RequestedFields
crates/service/src/sub_account.rs::Asked -> SubAccountPage
crates/service/src/trade_history.rs::Asked -> TradeHistoryRequest
crates/service/src/trade_history.rs::Page -> TradeHistoryPage
server/src/rest/mudawyl/asked.rs::Asked -> RawRequest
server/src/rest/mudawyl/asked.rs::Place -> FieldLocation
app/src/islands/desk/account.rs::Account -> AccountSignals
crates/exchange/src/binance/stream/account.rs::Account -> AccountStream
crates/service/src/copy/accounts.rs::Account -> CachedAccount
crates/service/src/exchange_account.rs::Account -> ExchangeAccount
crates/service/src/report/figures.rs::Account -> AccountValues
crates/service/src/report/figures.rs::Step -> ValuePoint
server/src/rest/currencycloud/present.rs::Account -> CurrencycloudAccount
server/src/rest/lumetrade/mod.rs::Account -> LumetradeAccount
server/src/rest/threecommas/present.rs::Account -> ThreeCommasAccount
xtask/src/bench/desk.rs::Account -> BenchUser
app/src/pages/reference/model.rs::Answer -> ResponseModel
crates/exchange/src/lib.rs::Answer -> ExchangeResult
crates/payment/src/failure.rs::Answer -> PaymentResult
crates/sandbox/src/engine/command.rs::Answer -> CommandResult
crates/service/src/notify/telegram/api.rs::Answer -> ApiResponse
crates/service/src/notify/telegram/api.rs::Message -> BotMessage
crates/service/src/notify/telegram/api.rs::Trouble -> TelegramFailure
crates/service/src/notify/telegram/commands.rs::Answer -> BotReply
crates/service/src/notify/telegram/commands.rs::Deed -> ReplyAction
server/src/front/connection.rs::Answer -> TrackedBody
server/src/rest/admin/maintenance.rs::Answer -> HandlerResult
server/src/rest/admin/signal.rs::Answer -> HandlerResult
server/src/rest/admin/strategy.rs::Answer -> HandlerResult
server/src/rest/auth.rs::Answer -> HandlerResult
server/src/rest/currencycloud/mod.rs::Answer -> HandlerResult
server/src/rest/lumetrade/mod.rs::Answer -> HandlerResult
server/src/rest/mudawyl/mod.rs::Answer -> HandlerResult
server/src/rest/mudawyl/mod.rs::Done -> EmptyResult
server/src/rest/threecommas/accounts.rs::Answer -> HandlerResult
server/src/watchdog/ask.rs::Answer -> HealthResponse
server/tests/common/person.rs::Answer -> HttpAnswer
server/tests/front/call.rs::Answer -> FullResponse
server/tests/messages/bot.rs::Answer -> BotResponse
xtask/src/bench/http.rs::Answer -> TimedResponse
app/src/islands/desk/ticket.rs::Row -> TargetRow
crates/store/src/report.rs::Row -> ReportRow
crates/store/src/strategy_trade.rs::Row -> StrategyTradeRow
crates/store/src/sub_account/row.rs::Row -> SubAccountRow
crates/strategy/src/candles/columns.rs::Row -> CandleFields
crates/sandbox/src/protocol/orders.rs::Page -> HistoryRange
crates/service/src/notice.rs::Page -> NoticePage
crates/service/src/notify/event.rs::Page -> InAppNotice
crates/store/src/sub_account.rs::Page -> SortedPage
app/src/islands/desk/draft.rs::Draft -> TicketDraft
crates/domain/src/sub_account/draft.rs::Draft -> SubAccountDraft
crates/service/src/notify/outbox.rs::Draft -> PlainMessage
crates/exchange/src/holdings.rs::Held -> HeldPosition
crates/payment/src/stripe/shape.rs::Held -> CustomerBalance
crates/service/src/plan.rs::Held -> UserPlans
crates/store/src/tx.rs::Held -> HeldConnection
crates/checkout/src/checkout.rs::Shared -> CheckoutState
crates/exchange/src/binance/mod.rs::Shared -> BinanceState
crates/exchange/src/binance/tests/fake.rs::Shared -> FakeState
crates/sandbox/src/protocol/shared.rs::Shared -> ServerState
crates/sandbox/src/state/sync.rs::Shared -> SyncState
crates/exchange/src/binance/stream/events.rs::Said -> UserStreamMessage
crates/exchange/src/binance/stream/events.rs::Kind -> MessageType
crates/service/src/notify/email.rs::Said -> RenderedMail
crates/service/src/strategy/signals.rs::Said -> SignalRequest
crates/service/src/strategy/signals.rs::Heard -> SignalReceipt
crates/service/src/token/jwt.rs::Said -> VerifiedClaims
crates/service/tests/protection/lives.rs::Said -> DeskResponse
crates/service/tests/protection/lives.rs::Kind -> OrderKind
crates/service/tests/protection/lives.rs::Event -> OutsideEvent
crates/store/tests/contract/group_commit.rs::Said -> CountedEvent
crates/service/src/billing/webhook.rs::Heard -> WebhookOutcome
crates/service/tests/protection/play.rs::Heard -> AnsweredRequest
crates/service/tests/protection/play.rs::Outcome -> ScenarioResult
crates/store/src/event/listener.rs::Heard -> ListenerMessage
crates/service/src/recovery.rs::Kept -> KeptSignIn
crates/store/src/subscription.rs::Kept -> StoredSubscription
crates/store/src/testing.rs::Kept -> Storage
server/src/rest/shelf.rs::Kept -> CachedResponse
server/src/rest/shelf.rs::Form -> Encoding
server/src/rest/shelf.rs::Shelf -> ResponseCache
crates/checkout/src/state.rs::Shelf -> StateDir
crates/sandbox/src/engine/floor.rs::Shelf -> BookState
crates/sandbox/src/engine/floor.rs::Floor -> MarketState
crates/sandbox/src/engine/floor.rs::Standing -> RestingOrder
crates/sandbox/src/engine/house.rs::House -> CounterpartyLedger
crates/store/src/instance.rs::Standing -> NameHolder
crates/service/src/ledger/country.rs::Place -> UserCountry
crates/service/tests/protection/sim/plan.rs::Place -> LifePlace
crates/service/tests/protection/sim/plan.rs::What -> FaultKind
server/src/front/connections.rs::Place -> ConnectionSlot
server/src/in_flight.rs::Place -> InFlightGuard
crates/domain/src/notification.rs::Line -> ChatMessage
crates/store/src/candle.rs::Line -> CandleSeries
crates/service/tests/protection/sim/line.rs::Line -> SimConnection
server/src/rest/threecommas/present.rs::Line -> ThreeCommasLine
crates/sandbox/src/protocol/effect.rs::Kind -> FaultKind
crates/service/src/api_client/signature.rs::Kind -> BodyKind
crates/store/src/error.rs::Kind -> StoreErrorKind
server/src/rest/threecommas/market.rs::Kind -> AccountType
xtask/src/words/files.rs::Kind -> FileKind
crates/payment/src/lib.rs::Event -> PaymentEvent
crates/payment/src/lib.rs::Change -> SubscriptionChange
crates/service/src/notify/event.rs::Event -> NotificationEvent
crates/service/src/notify/event.rs::Telling -> Notification
crates/service/src/strategy/live/walk.rs::Event -> ReplayEvent
crates/service/src/strategy/live/walk.rs::Walk -> TradeReplay
crates/service/src/strategy/live/record.rs::Keeper -> RecordWriter
app/src/words/entry.rs::Entry -> TextEntry
app/src/words/entry.rs::Around -> AroundLink
crates/sandbox/src/engine/registry.rs::Entry -> RegistryEntry
crates/service/src/copy/decide.rs::Entry -> PricedEntry
crates/service/src/copy/decide.rs::Round -> ClaimContext
crates/service/src/order/protection/state.rs::Entry -> WatchedPosition
crates/store/src/audit.rs::Entry -> AuditEntry
crates/service/src/billing/operation.rs::Outcome -> OperationOutcome
crates/service/src/copy/worker.rs::Outcome -> AttemptOutcome
crates/store/src/group_commit.rs::Outcome -> CommitOutcome
crates/strategy/src/performance.rs::Outcome -> TradeResult
crates/sandbox/src/engine/position.rs::Change -> PositionChange
crates/service/src/billing/change.rs::Change -> PlanChange
server/src/watchdog/watch.rs::Change -> DeskStateChange
crates/exchange/src/binance/failure.rs::Verdict -> ResponseVerdict
crates/service/src/key/check.rs::Verdict -> KeyVerdict
crates/service/src/order/protection/breaker.rs::Verdict -> BreakerVerdict
crates/service/src/recaptcha.rs::Verdict -> VerifierResponse
crates/service/src/order/run.rs::Step -> RunResult
crates/service/src/person.rs::Step -> UserAction
crates/service/tests/protection/sim/gate.rs::Step -> RecordedStep
crates/strategy/src/candles/mod.rs::Problem -> LineProblem
crates/strategy/src/validate.rs::Problem -> DefinitionProblem
server/src/rest/currencycloud/table.rs::Message -> CurrencycloudMessage
app/src/notice.rs::Notice -> PostNotice
crates/service/src/maintenance.rs::Notice -> MaintenanceCache
crates/store/src/switch.rs::Notice -> SwitchMessage
crates/service/src/oidc/keys.rs::Key -> VerificationKey
server/src/rest/surface.rs::Trouble -> SurfaceError
server/src/front/mod.rs::Trouble -> AcceptErrors
# 3. Vocabulary: types
crates/domain/src/clock.rs::Chance -> Entropy
crates/domain/src/live.rs::Happening -> LiveEvent
crates/domain/src/live.rs::What -> LiveEventKind
app/src/islands/told.rs::What -> ToastEvent
app/src/islands/told.rs::Happened -> TabEvent
crates/service/src/audit.rs::Deed -> AuditAction
crates/service/src/health.rs::Pulse -> JobHeartbeats
crates/service/src/pace.rs::Hands -> GovernorClock
crates/service/src/follow.rs::Around -> FollowContext
crates/service/src/keeper.rs::Keeper -> Reconciler
crates/service/src/order/begin.rs::Begin -> BeginCondition
crates/service/src/order/begin.rs::Begun -> PendingIntent
crates/store/src/copy/queue.rs::Begun -> EntrySize
crates/service/src/public_list.rs::Edition -> DataVersion
crates/service/src/public_list.rs::Editions -> DataVersions
crates/service/src/trade_history.rs::Look -> HistoryReader
crates/store/src/trade_history.rs::ByHand -> ManualTradeRow
crates/exchange/src/binance/budget/ledger.rs::Turn -> Admission
crates/exchange/src/binance/orders/words.rs::Told -> OrderWords
crates/payment/src/stripe/shape.rs::Whom -> EventSubject
crates/service/src/notify/compose.rs::Teller -> Composer
server/src/doors.rs::Door -> RouteInfo
server/src/doors.rs::Doors -> ApiRouter
server/src/rest/hook.rs::HeardAnswer -> AlertResult
server/tests/common/house.rs::House -> TestServer
app/src/pages/plans.rs::Stand -> PlanState
crates/service/src/recent.rs::tests::Hands -> ManualClock
crates/service/src/testing.rs::TestChance -> TestEntropy
"""

# Functions, constants, fields, methods and variants.
FUNCTIONS = r"""
# --- app
app/src/answer.rs::Done.told -> details
app/src/answer.rs::Done.saying -> with_notice @ app/*
app/src/answer.rs::Done.telling -> with_details @ app/*
app/src/api/clients.rs::last_moment -> end_of_day
app/src/api/follows.rs::told -> report_details
app/src/api/messages.rs::say_telegram -> send_telegram_message
app/src/api/operator.rs::said -> signal_request
app/src/components/agent.rs::told -> describe_agent
app/src/components/form.rs::Posted.told -> details @ app/*
app/src/components/tables.rs::moment -> timestamp
app/src/components/tables.rs::told_at -> dated_in
app/src/islands/desk/chart/levels.rs::standing -> open_levels
app/src/islands/desk/foresee.rs::stops_at_once -> triggers_immediately
app/src/islands/stream.rs::hear -> receive
app/src/islands/toasts.rs::tell -> format_toast
app/src/islands/toasts.rs::tell_result -> format_result
app/src/islands/toasts.rs::tell_order -> format_order
app/src/islands/told.rs::what -> toast_event
app/src/islands/told.rs::tests::told -> parsed
app/src/islands/unread.rs::told -> label
app/src/notice.rs::PageNotice.SupportAsked -> SupportRequested
app/src/notice.rs::PageNotice.FollowBegun -> FollowStarted
app/src/pages/api_clients.rs::doors -> api_urls
app/src/pages/notices.rs::said -> format_notice
app/src/pages/operator/signal.rs::asked -> confirmation
app/src/pages/panic.rs::told -> results
app/src/pages/plans.rs::play_money -> test_mode_note
app/src/pages/telegram.rs::said -> chat_message
# --- checkout
crates/checkout/src/books/model.rs::Standing -> SubscriptionStatus
crates/checkout/src/books/model.rs::Subscription.standing -> status @ crates/checkout/*
crates/checkout/src/books/model.rs::Reply.asked -> request @ crates/checkout/*
crates/checkout/src/books/open.rs::Open.tell_subscription -> emit_subscription
crates/checkout/src/checkout.rs::Shared.shelf -> state_dir @ crates/checkout/src/checkout.rs
# --- domain
crates/domain/src/report.rs::Trades.by_hand -> manual @ app/src/pages/report.rs crates/domain/* crates/service/src/report/* crates/service/tests/reports/* server/src/rest/* server/tests/*
crates/domain/src/sub_account/draft.rs::tests::told -> problems_of

# --- exchange
crates/exchange/src/binance/budget/ledger.rs::Ledger.told -> record_usage @ crates/exchange/src/binance/*
crates/exchange/src/binance/budget/mod.rs::Budget.told -> record_usage @ crates/exchange/src/binance/*
crates/exchange/src/binance/rest.rs::Proof.Nobody -> Anonymous
crates/exchange/src/binance/stream/events.rs::Said.told -> change
crates/exchange/src/binance/stream/socket.rs::Socket.heard -> last_received @ crates/exchange/src/binance/stream/*
crates/exchange/src/binance/tests/streams.rs::say -> send_json
# --- payment
crates/payment/src/stripe/shape.rs::Session.told -> into_checkout @ NEVER
crates/payment/src/stripe/shape.rs::Subscribed.told -> into_subscription @ NEVER
crates/payment/src/stripe/shape.rs::Billed.told -> into_invoice @ NEVER
crates/payment/src/stripe/shape.rs::Previewed.told -> amount @ NEVER
crates/payment/src/stripe/shape.rs::tests::told -> parsed
# --- sandbox
crates/sandbox/src/engine/floor.rs::Shelf.standing -> resting @ crates/sandbox/src/engine/*
crates/sandbox/src/engine/floor.rs::Floor.shelves -> books
crates/sandbox/src/engine/floor.rs::Floor.house -> counterparty @ crates/sandbox/src/engine/*
crates/sandbox/src/engine/floor.rs::Floor.shelf -> book @ crates/sandbox/src/engine/*
crates/sandbox/src/engine/floor.rs::Floor.shelf_mut -> book_mut @ crates/sandbox/src/engine/*
crates/sandbox/src/engine/mod.rs::Engine.house -> counterparty @ crates/sandbox/tests/* crates/sandbox/examples/*
crates/sandbox/src/engine/floor.rs::Floor.tell_order -> emit_order @ crates/sandbox/*
crates/sandbox/src/engine/floor.rs::Floor.tell_ended -> emit_order_end @ crates/sandbox/*
crates/sandbox/src/engine/floor.rs::Floor.tell_algo -> emit_algo @ crates/sandbox/*
crates/sandbox/src/engine/floor.rs::Floor.tell_spot -> emit_spot_balances @ crates/sandbox/*
crates/sandbox/src/engine/floor.rs::Floor.tell_futures -> emit_futures_account @ crates/sandbox/*
crates/sandbox/src/engine/floor.rs::Floor.tell_market -> emit_market_update @ crates/sandbox/*
crates/sandbox/src/engine/floor.rs::Floor.tell_touched -> emit_touched_markets @ crates/sandbox/*
crates/sandbox/src/engine/futures.rs::stand -> rest_on_book
crates/sandbox/src/engine/spot.rs::stand_or_expire -> rest_or_expire
crates/sandbox/src/engine/position.rs::Perpetual.stand -> add_exposure @ crates/sandbox/src/engine/*
crates/sandbox/src/engine/settle.rs::tell_cover -> emit_insurance_cover
crates/sandbox/src/exchange.rs::Exchange.moments -> batches
crates/sandbox/src/exchange.rs::Exchange.tell -> publish @ crates/sandbox/src/exchange.rs
crates/sandbox/src/market/walk.rs::walk -> generate
crates/sandbox/src/market/feed.rs::Feed.begun -> started @ crates/sandbox/src/market/*
crates/sandbox/src/protocol/call.rs::tell_limits -> write_limit_headers
crates/sandbox/src/protocol/call.rs::Incoming.asked -> info @ crates/sandbox/src/protocol/call.rs
crates/sandbox/src/protocol/fault.rs::tests::asked -> request_info
crates/sandbox/src/protocol/params.rs::Params.moment -> timestamp @ crates/sandbox/src/protocol/*
crates/sandbox/src/protocol/shape/futures.rs::stands -> is_reported
crates/sandbox/src/protocol/stream/session.rs::Session.heard -> on_message @ crates/sandbox/src/protocol/stream/session.rs
crates/sandbox/src/protocol/stream/session.rs::Session.tell -> send_events @ crates/sandbox/src/protocol/stream/session.rs
crates/sandbox/src/state/store.rs::newest_begun -> newest_started
crates/sandbox/tests/protocol/streams.rs::Ear.say -> send @ crates/sandbox/tests/protocol/streams.rs
crates/sandbox/tests/protocol/streams.rs::Ear.hear -> receive @ crates/sandbox/tests/protocol/streams.rs
crates/sandbox/tests/protocol/streams.rs::Ear.hear_that -> receive_matching @ crates/sandbox/tests/protocol/streams.rs
# --- service
crates/service/src/account.rs::Replacement.deed -> action @ crates/service/src/account.rs
crates/service/src/audit/deeds.rs::deeds -> actions
crates/service/src/audit.rs::Deed.ResetAsked -> ResetRequested
crates/service/src/audit.rs::Deed.SupportAsked -> SupportRequested
crates/service/src/audit.rs::Deed.PlanBegun -> PlanStarted
crates/service/src/audit.rs::Deed.FollowBegun -> FollowStarted
crates/service/src/billing.rs::told -> provider_error
crates/service/src/billing/news.rs::News.Begun -> Started
crates/service/src/billing/news.rs::tests::told -> news_of
crates/service/src/billing/sync.rs::tell -> record_and_notify
crates/service/src/billing/webhook.rs::Heard.Acted -> Processed
crates/service/src/billing/webhook.rs::Heard.Before -> Repeated
crates/service/src/billing/webhook.rs::Heard.Nobody -> UnknownCustomer
crates/service/src/billing/webhook.rs::hear -> receive_webhook
crates/service/src/copy/accounts.rs::Account.told -> apply @ crates/service/src/copy/accounts.rs
crates/service/src/copy/accounts.rs::Accounts.told -> apply @ crates/service/src/*
crates/service/src/copy/decide.rs::told -> format_figure
crates/service/src/copy/follow_up.rs::look -> settle_if_ended
crates/service/src/desk.rs::Desk.pulse -> heartbeats @ crates/* server/* app/*
crates/service/src/desk.rs::Desk.chance -> entropy @ crates/service/* server/* app/*
crates/service/src/desk.rs::Parts.chance -> entropy
crates/service/src/testing.rs::TestChance -> TestEntropy
crates/service/src/testing.rs::TestChance.turn -> calls @ crates/service/src/testing.rs
crates/service/src/fence.rs::State.asked -> renewals @ crates/service/src/fence.rs crates/service/src/fence/*
crates/service/src/flash.rs::Flash.told -> details @ app/* crates/service/*
crates/service/src/follow/change.rs::begun -> new_row
crates/service/src/health.rs::look -> measure
crates/service/src/health.rs::Parts.stream_heard -> stream_received @ *
crates/service/src/health.rs::Parts.exchange_speaks -> exchange_answers @ *
crates/service/src/health.rs::Pulse.orders_kept -> orders_reconciled @ *
crates/service/src/health.rs::Pulse.copies_kept -> copies_reconciled @ *
crates/service/src/health.rs::SPEAKS -> PRICE_PROOF
crates/service/src/health.rs::WALK_LATE -> COPIES_LATE
crates/service/src/keeper.rs::Keeper.round -> tick @ server/src/jobs.rs crates/service/tests/orders/main.rs
crates/service/src/key.rs::heed -> disable_if_unauthorized
crates/service/src/key/rights.rs::telling -> rights_notification
crates/service/src/ledger.rs::house -> desk_account
crates/service/src/ledger/country.rs::Place.told -> stated @ app/src/pages/accounts.rs crates/service/src/ledger* server/tests/lumetrade.rs
crates/service/src/live.rs::Hub.nudge -> request_refresh @ crates/service/*
crates/service/src/live.rs::Hub.nudge_key -> request_refresh_of_key @ crates/service/*
crates/service/src/live.rs::Hub.heard -> last_price_at @ crates/service/src/health.rs
crates/service/src/live/account_feed.rs::AccountFeed.nudge -> request_refresh @ crates/service/*
crates/service/src/live/account_feed.rs::AccountFeed.tell -> record @ crates/service/src/live/account_feed.rs
crates/service/src/live/market_feed.rs::MarketFeed.heard -> last_price_at @ crates/service/src/live.rs
crates/service/src/live/market_feed.rs::Latest.heard -> last_price_at @ crates/service/src/live/market_feed.rs
crates/service/src/live/socket.rs::Tab.tell_news -> send_news
crates/service/src/locks.rs::Locks.turn -> lock @ crates/service/*
crates/service/src/mail/letters.rs::support_asked -> support_requested
crates/service/src/notice.rs::LOOKED_AT -> COUNTED
crates/service/src/notify/email.rs::said -> render

crates/service/src/notify/secret.rs::begun -> mac_of
crates/service/src/notify/telegram.rs::told -> handle_failure
crates/service/src/notify/telegram/commands.rs::Answer.deed -> action @ crates/service/src/notify/telegram/commands.rs
crates/service/src/notify/telegram/commands.rs::Answer.says -> text_only
crates/service/src/notify/telegram/poll.rs::heard -> handle_update
crates/service/src/notify/telegram/simulator.rs::say -> post
crates/service/src/oidc/claims.rs::said_issuer -> claimed_issuer
crates/service/src/oidc/claims.rs::moment -> seconds
crates/service/src/oidc/keys.rs::Keys.turn -> fetching @ crates/service/src/oidc/keys.rs
crates/service/src/oidc/keys.rs::Keys.look -> cached @ crates/service/src/oidc/keys.rs
crates/service/src/oidc/tests.rs::Served.asked -> requests @ crates/service/src/oidc/tests.rs
crates/service/src/order/hits.rs::told_as_hit -> reported_as_hit
crates/service/src/order/intent/storage.rs::asked_by_hand -> manual_order_of
crates/service/src/order/protection/answer.rs::StopRefusal.Look -> Inspect
crates/service/src/order/protection/state.rs::FULL_LOOK -> FULL_INSPECTION_EVERY
crates/service/src/order/protection/state.rs::FULL_LOOKS_UP_TO -> FULL_INSPECTIONS_UP_TO
crates/service/src/order/protection/state.rs::Entry.asked -> requested @ crates/service/src/order/protection/state.rs
crates/service/src/order/protection/state.rs::Entry.looks -> inspections @ crates/service/src/order/protection/state.rs
crates/service/src/order/protection/state.rs::Entry.looks_in_full -> needs_full_inspection @ crates/service/src/order/protection/*
crates/service/src/order/protection/state.rs::Supervision.may_look_cheaply -> may_inspect_cheaply @ crates/service/*
crates/service/src/order/protection/state.rs::Supervision.looked -> record_inspection @ crates/service/*
crates/service/src/order/protection/state.rs::Supervision.failed_to_look -> record_failed_inspection @ crates/service/*
crates/service/src/order/protection/stop.rs::TELL_AFTER -> NOTIFY_AFTER
crates/service/src/order/protection/stop.rs::TOLD_AHEAD -> NOTIFY_AHEAD
crates/service/src/order/protection/stop.rs::LOOKS -> MAX_INSPECTIONS
crates/service/src/order/run.rs::Run.look -> inspect @ crates/service/src/order/protection/*
crates/service/src/pace.rs::Pace.heard -> counted @ crates/service/src/pace.rs
crates/service/src/pace.rs::Pace.hands -> clock @ crates/service/src/pace.rs
crates/service/src/panic.rs::standing -> active_markets
crates/service/src/password.rs::Hasher.turns -> permits @ crates/service/src/password.rs
crates/service/src/person.rs::Step.deed -> audit_action @ crates/service/src/person.rs
crates/service/src/profile/zone.rs::Zone.moment -> instant_of @ crates/service/src/profile/zone.rs
crates/service/src/public_list.rs::edition -> current_version
crates/service/src/report.rs::LOOK -> COLLECT_EVERY
crates/service/src/report.rs::LOOKED_BACK -> COLLECT_BACK
crates/service/src/report.rs::look -> process_user
crates/service/src/report/period.rs::tests::told -> described
crates/service/src/signal.rs::said_before -> find_repeated
crates/service/src/signal.rs::NewSignal.said_at -> sent_at @ crates/* server/* app/*
crates/service/src/strategy/live/record.rs::Keeper.walk -> replay @ crates/service/src/strategy/live/record.rs
crates/service/src/strategy/live/record.rs::Keeper.heard -> newest_seq @ crates/service/src/strategy/live/record.rs
crates/service/src/strategy/live/record.rs::Keeper.stands -> open_signal @ crates/service/src/strategy/*
crates/service/src/strategy/live/record.rs::Keeper.hear -> read_new @ crates/service/src/strategy/*
crates/service/src/strategy/live/record.rs::told -> recorded
crates/service/src/strategy/live/rules.rs::say -> submit
crates/service/src/strategy/live/walk.rs::Walk.stands -> open_signal @ crates/service/src/strategy/*
crates/service/src/strategy/live/walk.rs::Walk.heeds -> changes_position @ crates/service/src/strategy/live/*
crates/service/src/strategy/live/walk.rs::tests::told -> recorded_signal
crates/service/src/strategy/live/walk.rs::tests::walk -> replay
crates/service/src/strategy/signals.rs::Alert.said -> request @ server/src/rest/hook.rs server/src/rest/hook/*
crates/service/src/strategy/signals.rs::hear -> receive_alert
crates/service/src/trade_history.rs::by_hand -> manual_trade
crates/service/examples/fan_out.rs::say -> send_signal
crates/service/tests/billing/shop.rs::heard -> receive
crates/service/tests/billing/shop.rs::Shop.hear_all -> deliver_all @ crates/service/tests/billing/*
crates/service/tests/orders/fake.rs::State.rights_asked -> rights_requests @ crates/service/tests/*
crates/service/tests/orders/fake.rs::Fake.standing -> open_positions @ crates/service/tests/orders/fake.rs
crates/service/tests/orders/rights.rs::told -> notified
crates/service/tests/reports/weeks.rs::told -> reports_of
crates/service/tests/reports/weeks.rs::begun -> started_desk
crates/service/tests/strategies/feed.rs::Feed.asked -> requests @ crates/service/tests/strategies/*
crates/service/tests/strategies/main.rs::by_hand -> manual_signal
crates/service/tests/strategies/main.rs::Says -> SentSignal
crates/service/tests/ledger/random.rs::walk -> transfer_randomly
crates/service/tests/protection/catalogue.rs::LOOK -> INSPECT_AT
crates/service/tests/protection/judge.rs::TOLD_AFTER -> NOTIFIED_AFTER
crates/service/tests/protection/judge.rs::TOLD_AS -> NOTIFIED_AS
crates/service/tests/protection/main.rs::tell -> print_failures
crates/service/tests/protection/main.rs::asked_for -> requested
crates/service/tests/protection/play.rs::Turn -> PlayStep
crates/service/tests/protection/play.rs::Heard.said -> response @ crates/service/tests/protection/*
crates/service/tests/protection/play.rs::Heard.asked_at -> requested_at @ crates/service/tests/protection/*
# --- store
crates/store/src/billing.rs::asked_again -> record_retry
crates/store/src/billing.rs::asked -> record_query
crates/store/src/billing.rs::heard -> is_handled
crates/store/src/billing.rs::hear -> record_handled
crates/store/src/copy.rs::standing -> open_entries
crates/store/src/group_commit.rs::Queue.turn -> committing @ crates/store/src/group_commit.rs
crates/store/src/instance.rs::standing -> holder_state
crates/store/src/ledger/account.rs::open_house -> open_own
crates/store/src/ledger/account.rs::house -> own
crates/store/src/notice.rs::tell -> notify
crates/store/src/protection.rs::set_told -> set_notified
crates/store/src/report.rs::look_at -> schedule
crates/store/src/signal.rs::said_before -> find_repeated
crates/store/src/strategy_trade.rs::standing -> open_trade
crates/store/src/subscription.rs::Kept.told -> subscription (field) @ crates/service/src/billing* crates/service/src/plan.rs crates/store/* crates/service/tests/billing/* server/tests/mudawyl/*
crates/store/src/telegram.rs::set_panic_asked -> set_panic_requested
crates/store/src/telegram/simulated.rs::say -> append
crates/store/src/trade_history.rs::by_hand -> manual
crates/store/src/tx.rs::Inner.said -> events

crates/store/tests/contract/copies.rs::said -> signal_row
crates/store/tests/contract/copies.rs::begun -> entry_size
crates/store/tests/contract/messages.rs::tell -> notify
# --- strategy
crates/strategy/tests/rules/candles.rs::told -> problems_of
crates/strategy/tests/rules/properties.rs::walk -> random_walk
# --- server
server/src/closed.rs::PEOPLE -> OPEN_PAGES
server/src/closed.rs::people -> check_pages
server/src/closed.rs::programs -> check_api
server/src/config/payments.rs::PaymentsAt.Nobody -> NoProvider
server/src/document/errors.rs::told -> response_of
server/src/document/errors.rs::spoken -> example_body
server/src/document/mod.rs::Facts.door -> route @ server/src/document/*
server/src/doors.rs::Doors.doors -> routes @ server/src/doors.rs
server/src/doors.rs::Doors.shelf -> cache @ server/src/doors.rs
server/src/doors.rs::Doors.open -> build @ server/src/router.rs server/src/api_router.rs
server/src/events.rs::Tab.tells -> messages @ server/src/events.rs
server/src/events.rs::Tab.heard -> last_received @ server/src/events.rs
server/src/events.rs::Tab.turn -> step @ server/src/events.rs
server/src/events.rs::Tab.tell -> send_message @ server/src/events.rs
server/src/events.rs::Tab.hear -> receive @ server/src/events.rs
server/src/front/connections.rs::Connections.room -> has_capacity @ server/src/front/*
server/src/front/connections.rs::tests::told -> is_evicted
server/src/front/seats.rs::PEOPLE_OF_ADDRESS -> USERS_PER_ADDRESS
server/src/front/seats.rs::Taken.people_of -> users_of @ server/src/front/seats.rs
server/src/guard.rs::tell_script -> script_rejection
server/src/health.rs::Probe.look -> measure @ server/src/health.rs
server/src/health.rs::told -> health_parts
server/src/main.rs::told_to_stop -> stop_signal
server/src/main.rs::say -> print_out
server/src/metrics.rs::Inner.look -> collect @ server/src/metrics.rs
server/src/pace.rs::people -> limit_pages
server/src/pace.rs::programs -> limit_api
server/src/pace.rs::tell_person -> too_many_requests
server/src/proxy_hint.rs::look -> warn_of_proxy
server/src/rest/currencycloud/present.rs::moment -> timestamp
server/src/rest/hook.rs::tell -> receive_alert
server/src/rest/hook.rs::said -> signal_request
server/src/rest/mudawyl/error.rs::tell -> error_response
server/src/rest/mudawyl/past.rs::by_hand -> manual
server/src/rest/mudawyl/validate.rs::moment -> timestamp
server/src/rest/shelf.rs::Kept.edition -> version @ server/src/rest/shelf.rs
server/src/rest/stripe.rs::hear -> receive_webhook
server/src/rest/surface.rs::Surface.tell -> error_response @ server/*
server/src/router.rs::doors -> api_routes
server/src/router.rs::people -> page_routes
server/src/watchdog.rs::tell_all -> send_queued
server/src/watchdog/tell.rs::Channel.tell -> send @ server/src/watchdog.rs
server/src/rest/mudawyl/mod.rs::open -> register
server/src/rest/currencycloud/mod.rs::open -> register
server/src/rest/threecommas/mod.rs::open -> register
server/src/rest/lumetrade/mod.rs::open -> register
server/src/rest/admin.rs::open -> register

server/tests/copies/world.rs::World.house -> server @ server/tests/*
server/tests/document/world.rs::World.house -> server @ server/tests/*
server/tests/ledger.rs::Story.house -> server @ server/tests/*
server/tests/mudawyl/supervision.rs::Holding.house -> server @ server/tests/*
server/tests/mudawyl/supervision.rs::Holding.told -> notified @ server/tests/mudawyl/*
server/tests/copies/world.rs::World.people -> users @ server/tests/copies/world.rs
server/tests/copies/world.rs::World.say -> send_signal @ server/tests/copies.rs server/tests/copies/*
server/tests/copies/world.rs::World.look -> reconcile_copies @ server/tests/copies.rs server/tests/copies/*
server/tests/messages/setting.rs::say -> send_text
server/tests/document/operation.rs::Operation.said -> described @ server/tests/document/*
server/tests/document/operation.rs::Operation.door -> route @ server/tests/document/*
server/tests/document/strangers.rs::told -> assert_documented
server/tests/mudawyl/billing.rs::told -> deliver_events
server/tests/mudawyl_validation.rs::asked -> raw_request
server/tests/program/watchdog.rs::Desk.asked -> requested @ server/tests/program/*
server/tests/programs.rs::told -> error_body
server/tests/programs.rs::each_door -> each_route
server/tests/copies_crash.rs::moment -> random_delay
server/tests/crash.rs::moment -> random_delay
server/tests/crash_rounds.rs::MOMENTS -> DELAYS_MS

server/src/front/tests.rs::Served.begun -> started @ server/src/front/tests.rs
# --- xtask
xtask/src/bench/peer.rs::told -> reads_as_json
# --- concurrency constants
crates/service/examples/fan_out.rs::AT_ONCE -> CONCURRENCY
crates/service/src/balance_history.rs::AT_ONCE -> CONCURRENCY
crates/service/src/copy/worker.rs::AT_ONCE -> CONCURRENCY
crates/service/src/equity.rs::AT_ONCE -> CONCURRENCY
crates/service/src/exchange_account.rs::AT_ONCE -> CONCURRENCY
crates/service/src/key/check.rs::AT_ONCE -> CONCURRENCY
crates/service/src/order/protection/mod.rs::AT_ONCE -> CONCURRENCY
crates/service/src/report.rs::AT_ONCE -> BATCH
crates/service/tests/ledger/random.rs::AT_ONCE -> CONCURRENCY
crates/store/src/candle.rs::AT_ONCE -> BATCH
crates/store/src/strategy_trade.rs::AT_ONCE -> BATCH
crates/sandbox/src/engine/mod.rs::Engine.floor -> markets (field) @ NEVER
crates/service/src/notice.rs::Notice.happening -> event @ app/* crates/service/* server/*
crates/service/src/notify/event.rs::Page.happening -> body @ crates/service/src/notify/event.rs
server/src/rest/mudawyl/validate.rs::Check.asked -> request @ server/src/rest/mudawyl/validate.rs
server/src/rest/hook.rs::Reader.asked -> request @ server/src/rest/hook.rs
crates/service/tests/protection/sim/mod.rs::Sim.told -> notified @ crates/service/tests/protection/*
# handlers, named like their operations
server/src/rest/mudawyl/account.rs::whitelist -> list_whitelist_addresses
server/src/rest/mudawyl/account.rs::balance -> get_total_balance
server/src/rest/mudawyl/account.rs::sandbox -> open_sandbox_account
server/src/rest/mudawyl/api_client.rs::list -> list_api_clients
server/src/rest/mudawyl/api_client.rs::create -> create_api_client
server/src/rest/mudawyl/api_client.rs::revoke -> revoke_api_client
server/src/rest/mudawyl/balance_history.rs::show -> list_key_balance_history
server/src/rest/mudawyl/follow.rs::list -> list_follows
server/src/rest/mudawyl/follow.rs::create -> create_follow
server/src/rest/mudawyl/follow.rs::update -> update_follow
server/src/rest/mudawyl/key.rs::list -> list_keys
server/src/rest/mudawyl/key.rs::create -> create_key
server/src/rest/mudawyl/key.rs::update -> update_key
server/src/rest/mudawyl/key.rs::delete -> delete_key
server/src/rest/mudawyl/key.rs::balance -> get_key_balance
server/src/rest/mudawyl/notification.rs::method -> get_notification_method
server/src/rest/mudawyl/notification.rs::show -> get_notification_settings
server/src/rest/mudawyl/notification.rs::update -> put_notification_settings
server/src/rest/mudawyl/order.rs::open -> list_open_orders
server/src/rest/mudawyl/order.rs::history -> list_order_history
server/src/rest/mudawyl/order.rs::place -> create_order
server/src/rest/mudawyl/past.rs::of_strategies -> list_strategy_trades
server/src/rest/mudawyl/past.rs::by_hand -> list_manual_trades
server/src/rest/mudawyl/plan.rs::list -> list_plans
server/src/rest/mudawyl/position.rs::show -> get_position
server/src/rest/mudawyl/position.rs::close -> close_position
server/src/rest/mudawyl/position.rs::protection -> get_position_protection
server/src/rest/mudawyl/position.rs::supervise -> set_position_supervision
server/src/rest/mudawyl/profile.rs::show -> get_profile
server/src/rest/mudawyl/profile.rs::update -> update_profile
server/src/rest/mudawyl/setting.rs::leverage -> set_leverage
server/src/rest/mudawyl/setting.rs::margin -> set_margin_type
server/src/rest/mudawyl/strategy.rs::profiles -> list_risk_profiles
server/src/rest/mudawyl/strategy.rs::list -> list_strategies
server/src/rest/mudawyl/strategy.rs::history -> list_strategy_history
server/src/rest/mudawyl/strategy.rs::performance -> get_strategy_performance
server/src/rest/mudawyl/subscription.rs::held -> get_subscription
server/src/rest/mudawyl/subscription.rs::show -> get_stripe_subscription
server/src/rest/mudawyl/subscription.rs::checkout -> create_stripe_checkout
server/src/rest/mudawyl/subscription.rs::update -> update_stripe_subscription
server/src/rest/mudawyl/subscription.rs::history -> list_billing_history
server/src/rest/mudawyl/support.rs::ask -> contact_support
server/src/rest/mudawyl/ticker.rs::show -> get_ticker
server/src/rest/mudawyl/trade.rs::history -> list_trade_history
server/src/rest/admin/maintenance.rs::show -> get_maintenance
server/src/rest/admin/maintenance.rs::set -> set_maintenance
server/src/rest/admin/plan.rs::assign -> assign_plan
server/src/rest/admin/signal.rs::send -> send_signal
server/src/rest/admin/signal.rs::list -> list_signals
server/src/rest/admin/signal.rs::show -> get_signal
server/src/rest/admin/signal.rs::copies -> list_copies
server/src/rest/admin/signal.rs::paused -> get_pause
server/src/rest/admin/signal.rs::pause -> set_pause
server/src/rest/admin/strategy.rs::list -> list_strategies
server/src/rest/admin/strategy.rs::show -> get_strategy
server/src/rest/admin/strategy.rs::create -> create_strategy
server/src/rest/admin/strategy.rs::update -> update_strategy
server/src/rest/threecommas/accounts.rs::show -> get_account
server/src/rest/currencycloud/accounts.rs::show -> get_account
# use cases
crates/service/src/notice.rs::open -> read_page
crates/service/src/notify/preferences.rs::of -> get_preferences
crates/service/src/notify/telegram.rs::open -> can_send
crates/service/src/ledger.rs::open -> open_account
crates/service/src/opaque.rs::of -> token_of
crates/service/src/report/figures.rs::of -> compute_report
crates/service/src/audit/log.rs::all -> list_all
crates/service/src/audit/log.rs::own -> list_own
crates/service/src/order/account.rs::open -> list_open_orders
crates/service/src/support.rs::all -> list_tickets
crates/service/src/billing/sync.rs::keep -> store_subscriptions
crates/service/src/billing/letters.rs::of -> plan_letter
crates/service/src/exchange_account/worth.rs::of -> worth_of_key
crates/service/src/step_up/pending.rs::keep -> store_form
crates/service/src/plan.rs::of -> plan_of
crates/service/src/strategy/signals.rs::given -> list_signals
crates/service/src/strategy/signals.rs::one -> get_signal
crates/service/src/live.rs::keep -> keep_streaming
crates/service/src/session.rs::open -> create_session
crates/service/src/throttle.rs::open -> ensure_below_limit
crates/store/src/protection.rs::all -> list_all
crates/store/src/ledger/account.rs::open -> insert
crates/store/src/review.rs::all -> list_all
crates/store/src/copy/queue.rs::sole -> get_work
crates/store/src/copy/position.rs::open -> open_position
crates/strategy/src/demo.rs::all -> demo_strategies
crates/sandbox/src/engine/cancel.rs::one -> cancel_order
crates/sandbox/src/engine/cancel.rs::all -> cancel_all_orders
# what was left
crates/service/src/report/words.rs::Words.picture_says -> picture_text @ crates/service/src/report/*
"""

# Unique words, locals, and the rest.
WORDS = r"""
# variants in the list of audited actions
ResetAsked -> ResetRequested
SupportAsked -> SupportRequested
PlanBegun -> PlanStarted
FollowBegun -> FollowStarted
TURNS -> OWNER_REVERSES @ crates/service/tests/protection/*
PEOPLE -> USERS @ crates/store/tests/*
OsChance -> OsEntropy
TestChance -> TestEntropy
chance -> entropy @ crates/* server/*
.chance -> entropy @ app/*
Given -> SentSignal @ NEVER
# locals
!told -> current @ app/src/pages/billing.rs
!deed -> entry @ app/src/words/audit_actions.rs
!told -> update @ crates/exchange/src/binance/stream/account.rs
!look -> query @ crates/sandbox/src/protocol/* crates/sandbox/src/exchange.rs
!happening -> live @ crates/service/src/notice.rs
!said -> received @ crates/service/src/notify/telegram/poll.rs
!hands -> governor @ crates/service/src/pace.rs
!said -> repeated @ crates/service/src/signal.rs
!told -> recorded @ crates/service/src/strategy/live/record.rs
!trouble -> failure @ server/src/rest/currencycloud/* server/src/rest/lumetrade/* server/src/rest/threecommas/* server/src/rest/mudawyl/*
!asked -> target @ server/src/rest/response_cache.rs
!told -> shutdown @ server/src/run.rs server/src/run/operator.rs
!asked -> answered @ server/tests/flood.rs
!house -> test_server @ server/tests/messages/mails.rs
!deed -> action
!deeds -> actions
!telling -> notification
!happening -> event
!pulse -> heartbeats
!edition -> version
!keeper -> writer @ crates/service/src/strategy/live/*
!keeper -> reconciler
!walk -> replay @ crates/service/src/strategy/live/*
!floor -> markets @ crates/sandbox/src/engine/*
!shelf -> book @ crates/sandbox/src/engine/*
!shelves -> books @ crates/sandbox/src/engine/*
!shelf -> cache @ server/*
!shelf -> state_dir @ crates/checkout/*
!house -> server @ server/tests/*
!house -> own @ crates/service/*
!moment -> batch @ crates/sandbox/src/protocol/stream/session.rs
!moments -> batches @ crates/sandbox/src/protocol/stream/session.rs
!door -> route @ server/*
!doors -> routes @ server/*
!trouble -> error @ server/src/rest/*
!trouble -> failure @ crates/service/src/notify/*
!asked -> request @ server/src/rest/* crates/sandbox/src/protocol/* crates/service/* app/* crates/exchange/* server/tests/*
!begun -> size @ crates/store/* crates/service/src/copy/worker.rs
!begun -> started
!stand -> state @ app/src/pages/plans.rs
!look -> reader @ crates/service/src/trade_history.rs crates/service/src/trade_history/*
!told -> signal @ crates/service/src/strategy/live/*
!told -> details @ app/src/api/clients.rs app/src/answer.rs
!told -> subscription @ app/src/pages/billing.rs server/src/rest/mudawyl/present/subscription.rs crates/store/src/subscription.rs crates/store/tests/contract/billing.rs
!told -> message @ crates/checkout/src/page.rs crates/checkout/src/protocol/make.rs
!told -> response @ server/src/document/errors.rs server/src/rest/surface.rs
!told -> body @ server/src/rest/lumetrade/error.rs server/src/guard.rs server/src/metrics.rs
!told -> seen @ server/tests/messages/*
!told -> reported
!heard -> received
!said -> described @ app/src/pages/reference/* server/tests/document/*
!said -> signal @ server/src/rest/hook.rs app/src/api/operator.rs crates/service/src/signal.rs
!said -> message @ crates/exchange/src/binance/stream/* crates/service/src/notify/telegram/poll.rs
!standing -> open @ crates/service/*
!turn -> admission @ crates/exchange/src/binance/budget/*
!turn -> permit @ crates/service/src/password.rs crates/store/src/group_commit.rs crates/service/src/oidc/*
!_turn -> _lock @ crates/service/*
re: \bself\.floor\b ==> self.markets @ crates/sandbox/src/engine/*
re: (::<Session>\((?:[^;?]|\?(?!\.told))*\?)\.told\(\) ==> \1.into_checkout() @ crates/payment/src/stripe/mod.rs
re: (::<Subscribed>\((?:[^;?]|\?(?!\.told))*\?)\.told\(\) ==> \1.into_subscription() @ crates/payment/src/stripe/mod.rs
re: (::<Previewed>\((?:[^;?]|\?(?!\.told))*\?)\.told\(\) ==> \1.amount() @ crates/payment/src/stripe/mod.rs
re: (<Subscribed>\((?:[^;?]|\?(?!\.told))*\?)\.told\(\) ==> \1.into_subscription() @ crates/payment/src/stripe/shape.rs
re: (<Billed>\([^;]*?)\.told\(\) ==> \1.into_invoice() @ crates/payment/src/stripe/shape.rs
re: (<Previewed>\([^;]*?)\.told\(\) ==> \1.amount() @ crates/payment/src/stripe/shape.rs
re: impl std::convert::From< ==> impl From< @ server/src/rest/lumetrade/mod.rs server/src/rest/mudawyl/api_client.rs
last_heard -> last_message_at @ app/*
asked_for_time -> time_requested @ crates/exchange/src/binance/tests/*
last_look -> last_inspection @ crates/service/src/order/protection/state/*
re: \bfn told\(&self\) ==> fn emitted(&self) @ crates/checkout/src/books/tests.rs
re: \bshop\.told\(\) ==> shop.emitted() @ crates/checkout/src/books/tests.rs
asked -> requests @ crates/service/src/oidc/tests.rs crates/service/tests/strategies/feed.rs
re: \.asked\(\) ==> .requests() @ crates/service/tests/strategies/* crates/service/tests/orders/*
re: fn asked\(&self\) ==> fn requests(&self) @ crates/service/tests/orders/keys.rs
re: \bheard\b ==> answered @ crates/service/tests/protection/play.rs
re: \bplay\.heard\b ==> play.answered @ crates/service/tests/protection/*
re: \bbegun\b ==> started @ crates/service/tests/protection/play.rs
re: \btell\(&mut ==> send(&mut @ crates/service/tests/protection/sim/streams.rs
begun -> started @ crates/store/tests/contract/group_commit.rs
re: \bheard\b ==> answered @ crates/service/tests/protection/judge.rs
re: \bstreams\.tell\( ==> streams.send( @ crates/service/tests/protection/sim/mod.rs
"""

# Test functions; docs/ASVS.md and docs/API.md name some of them.
TESTS = r"""
every_problem_is_named_at_once -> all_problems_are_reported_together
a_fault_tells_nothing_of_the_inside -> a_fault_reveals_no_internals
a_switch_is_told_which_way -> a_switch_reports_its_new_state
names_browsers_as_people_do -> names_browsers_by_their_common_names
every_copy_says_what_happened -> every_copy_shows_its_result
public_pages_differ_in_what_is_said_of_them -> public_pages_have_different_descriptions
months_stand_in_their_years -> months_are_grouped_by_year
higher_values_stand_higher_and_inside -> higher_values_are_drawn_higher_and_inside
a_small_loss_looks_small -> a_small_loss_is_drawn_small
a_stop_that_would_trigger_at_once_is_named -> a_stop_that_would_trigger_immediately_is_reported
tells_what_a_copy_came_to -> formats_the_result_of_a_copy
tells_an_order_by_its_state -> formats_an_order_by_its_state
the_page_of_a_report_says_what_its_mail_says -> a_reports_page_and_mail_have_the_same_figures
a_subscription_renews_every_month_at_its_own_moment -> a_subscription_renews_every_month_at_its_own_time
it_ends_with_its_period_when_told_to_and_goes_on_when_told_otherwise -> a_subscription_ends_with_its_period_if_cancelled_and_continues_if_resumed
a_page_is_paid_at_once_and_never_again -> a_page_is_paid_immediately_and_only_once
every_reason_reads_back_and_says_something_of_its_own -> every_reason_parses_back_and_has_its_own_text
whoever_knows_more_finds_the_same_reason_or_an_earlier_one -> more_facts_give_the_same_reason_or_an_earlier_one
says_why_not -> reports_the_reason
units_and_decimals_say_the_same -> units_and_decimals_are_equal
levels_stand_on_their_sides -> levels_are_on_their_sides
never_risks_more_than_asked -> never_risks_more_than_requested
moments_go_both_ways -> timestamps_convert_both_ways
obeys_what_the_exchange_says -> applies_the_limits_the_exchange_reports
a_larger_grant_counts_at_once -> a_larger_grant_counts_immediately
says_how_long_when_it_is_far -> returns_the_wait_when_it_is_long
who_stops_waiting_holds_nobody_up -> a_cancelled_waiter_blocks_no_other
nobody_there_is_unreachable -> a_missing_server_is_unreachable
being_told_to_wait_silences_everybody -> a_retry_after_blocks_all_callers
a_clock_that_stays_wrong_says_nothing_against_the_order -> a_persistent_clock_error_does_not_reject_the_order
failures_tell_nothing_of_the_key -> failures_reveal_nothing_of_the_key
finding_tells_none_from_unknown -> find_distinguishes_none_from_unknown
a_triggered_order_is_open_until_the_market_says_more -> a_triggered_order_is_open_until_the_market_order_changes
brackets_are_asked_for_once -> brackets_are_requested_once
leverage_is_told_of_flat_positions_too -> leverage_is_reported_for_flat_positions_too
candles_before_a_moment_opened_before_it -> candles_before_a_time_opened_before_it
a_futures_account_tells_of_orders_fills_and_positions -> a_futures_account_streams_orders_fills_and_positions
a_spot_account_tells_of_orders_and_funds -> a_spot_account_streams_orders_and_funds
tells_what_stripe_says_on_one_line -> formats_stripes_error_on_one_line
nobody_there_is_no_answer -> a_missing_server_is_no_answer
whom_a_message_is_about -> an_event_names_its_customer
sums_count_from_a_moment_on -> sums_count_from_a_start_time
starts_at_the_hour_asked_for -> starts_at_the_requested_hour
the_same_key_walks_the_same_way -> the_same_key_generates_the_same_path
a_fault_for_a_time_ends_with_it_and_says_how_long_it_lasts -> a_temporary_fault_ends_in_time_and_reports_its_duration
garbled_events_are_told_twice_or_in_another_order_but_never_lost -> garbled_events_are_repeated_or_reordered_but_never_lost
knows_what_nobody_read -> reports_unread_parameters
a_fault_must_say_how_many_requests_it_meets_and_nothing_unknown -> a_fault_needs_a_request_count_and_no_unknown_fields
the_documents_example_verifies_wherever_its_parts_stand -> the_documentations_example_verifies_in_any_order
a_flipped_bit_ends_the_walk -> a_flipped_bit_ends_the_reading
damage_before_the_end_is_told_not_hidden -> damage_before_the_end_is_reported
while_nobody_plays_the_market_stands_still -> without_ticks_the_market_does_not_move
streams_tell_the_same_market_as_the_reads -> streams_and_reads_report_the_same_market
started_at_any_moment_of_a_minute_the_candle_still_comes_out -> a_candle_is_complete_whenever_in_the_minute_it_starts
would_trigger_at_once_is_refused -> an_order_that_would_trigger_immediately_is_rejected
a_triggered_limit_may_stand_and_be_cancelled -> a_triggered_limit_may_rest_and_be_cancelled
a_trailing_buy_without_activation_trails_at_once -> a_trailing_buy_without_activation_trails_immediately
a_trigger_without_margin_is_rejected_and_says_why -> a_trigger_without_margin_is_rejected_with_a_reason
what_a_beat_triggers_is_told_with_the_beat -> events_triggered_by_a_beat_are_sent_with_it
fees_are_told_as_they_are_charged -> reported_fees_match_charged_fees
a_market_that_stood_still_does_not_pay -> a_market_without_ticks_pays_no_funding
it_cancels_orders_first_tells_all_and_feeds_the_insurance -> liquidation_cancels_orders_first_reports_all_and_pays_the_insurance
the_liquidation_price_is_the_moment_of_liquidation -> positions_are_liquidated_at_the_liquidation_price
spot_says_it_in_its_own_words -> spot_reports_it_with_its_own_messages
the_matching_engine_refuses_as_many_triggers_as_it_is_told_to -> the_matching_engine_rejects_the_requested_number_of_triggers
a_limit_stands_holds_funds_and_fills_only_when_passed -> a_resting_limit_locks_funds_and_fills_only_when_passed
a_crossing_limit_takes_at_the_books_prices_and_the_rest_stands -> a_crossing_limit_takes_at_book_prices_and_the_rest_rests
filters_say_their_names -> filter_rejections_name_the_filter
the_door_opens_to_the_token_alone -> the_control_api_requires_the_token
opens_accounts_with_the_rights_asked_for_and_resets_them -> opens_accounts_with_the_requested_rights_and_resets_them
a_storm_says_what_a_tired_exchange_says_and_nothing_happens_before_it_is_to -> a_storm_answers_like_an_overloaded_exchange_without_early_effects
a_late_request_takes_effect_when_nobody_waits_for_it_any_more -> a_late_request_takes_effect_after_its_caller_timed_out
a_refusal_says_any_code_with_the_status_that_goes_with_it -> an_injected_rejection_has_any_code_and_its_status
limits_say_for_how_long_and_a_ban_lasts_as_long_as_it_says -> limits_report_their_duration_and_a_ban_lasts_that_long
a_market_is_halted_and_changes_its_steps_through_the_door -> the_control_api_halts_a_market_and_changes_its_steps
lag_is_of_one_account_and_ends_when_it_is_told_to -> lag_affects_one_account_and_ends_on_request
the_meter_tells_each_span_the_longest_and_the_total -> the_meter_reports_each_span_the_longest_and_the_total
says_who_may_and_who_may_not -> rejects_callers_without_permission
the_wallet_tells_what_programs_ask -> the_wallet_answers_the_requests_of_api_clients
every_market_stream_speaks_in_its_documented_form -> every_market_stream_has_its_documented_format
a_candle_is_told_closed_once -> a_candle_is_reported_closed_once
a_spot_cancel_is_told_with_its_own_client_id_and_the_orders -> a_spot_cancel_is_reported_with_its_own_client_id_and_the_orders
whoever_does_not_listen_is_dropped_and_holds_nobody_up -> a_slow_listener_is_dropped_and_blocks_no_other
conditional_orders_tell_that_they_were_refused_or_lost_their_position -> conditional_orders_report_rejection_or_a_lost_position
each_turn_is_told_once -> each_change_is_reported_once
changes_are_told_while_it_counts -> changes_are_reported_while_active
what_an_account_has_is_told_in_cents -> account_balances_are_formatted_in_cents
what_was_begun_before_a_gap_is_never_sent_after_it -> requests_started_before_a_gap_are_never_sent_after_it
what_is_signed_has_expired_before_anybody_takes_over -> signed_requests_expire_before_a_takeover
a_recent_write_is_proof_and_a_failed_one_is_remembered_for_a_moment -> a_recent_write_is_proof_and_a_failed_one_is_remembered_briefly
only_a_definite_answer_says_something -> only_a_definite_answer_counts
only_what_changed_is_told -> only_changes_are_notified
chats_are_told_apart_and_are_no_bots -> chats_have_distinct_ids_and_are_no_bots
nobody_is_taken_over_by_an_address -> no_account_is_taken_over_by_an_email_address
a_clock_that_steps_back_blocks_nobody -> a_clock_that_steps_back_blocks_no_caller
who_is_not_heard_of_is_forgotten_and_a_flood_is_not_kept -> idle_callers_are_forgotten_and_a_flood_is_not_kept
a_mail_tells_all_figures_in_words_and_in_html -> a_mail_contains_all_figures_as_text_and_html
bars_stand_between_the_least_and_the_most -> bars_are_scaled_between_minimum_and_maximum
the_same_secret_never_looks_the_same -> the_same_secret_never_encrypts_the_same
a_stop_comes_before_what_was_said_inside_of_its_bar -> a_stop_comes_before_signals_inside_its_bar
without_trades_there_is_nothing_to_say -> without_trades_there_are_no_figures
what_does_not_end_is_cut_off_and_its_caller_told -> endless_work_is_cut_off_and_its_caller_gets_an_error
another_instance_takes_up_at_once_what_a_stopped_one_held -> another_instance_immediately_takes_over_a_stopped_ones_work
paying_begins_a_plan_when_the_provider_says_so -> paying_starts_a_plan_when_the_provider_confirms
a_larger_plan_is_charged_at_once_and_a_smaller_one_credits -> an_upgrade_is_charged_immediately_and_a_downgrade_credits
nobody_who_pays_has_less -> no_paying_user_has_less
what_was_asked_before_the_kill_is_settled_by_the_next_desk -> requests_before_a_kill_are_settled_after_the_restart
a_message_told_five_times_acts_once -> a_webhook_sent_five_times_acts_once
movements_are_told_newest_first -> movements_are_listed_newest_first
sixteen_at_once -> sixteen_concurrent_writers
a_busy_exchange_says_nothing_about_a_key -> a_busy_exchange_does_not_invalidate_a_key
what_stands_is_closed_first -> open_positions_are_closed_first
a_position_whose_stop_was_refused_is_closed_and_its_owner_told -> a_position_whose_stop_was_rejected_is_closed_and_its_owner_notified
a_refused_target_leaves_the_others_standing -> a_rejected_target_leaves_the_others_open
a_key_that_the_exchange_refuses_is_switched_off_and_its_owner_told_once -> a_key_that_the_exchange_rejects_is_disabled_and_its_owner_notified_once
the_owner_hears_of_a_lost_ip_restriction_and_of_a_right_that_ends -> the_owner_is_notified_of_a_lost_ip_restriction_and_of_an_expiring_right
an_attempt_after_the_told_wait_is_counted_anew -> an_attempt_after_the_reported_wait_starts_a_new_count
the_first_person_is_told_how_to_become_admin -> the_first_user_is_shown_how_to_become_admin
a_sign_in_from_an_unknown_place_is_told -> a_sign_in_from_an_unknown_place_is_notified
people_read_theirs_and_operators_all -> users_read_their_own_log_and_operators_all
asking_for_a_reset_tells_nothing -> a_reset_request_reveals_nothing
an_admin_finds_people_and_nobody_else_does -> only_an_admin_finds_users
only_what_is_given_changes_and_all_that_is_wrong_is_told -> only_given_fields_change_and_all_problems_are_reported
nobody_floods_the_operator -> support_requests_are_rate_limited
nobody_reads_a_reset_link_in_the_outbox -> the_outbox_shows_no_reset_link
programs_and_other_issuers_are_never_asked -> api_clients_and_other_issuers_need_no_step_up
refreshes_at_once_get_the_same_token -> concurrent_refreshes_get_the_same_token
a_new_role_counts_at_once -> a_new_role_applies_immediately
the_scenario_that_was_asked_for -> the_requested_scenario
v11_nobody_is_told_of_a_missing_stop_when_the_position_has_ended -> v11_no_missing_stop_is_notified_when_the_position_has_ended
p2_its_owner_is_told_while_a_stop_is_being_placed_for_too_long -> p2_the_owner_is_notified_while_placing_a_stop_takes_too_long
a_backup_that_was_restored_trades_once_its_accounts_were_looked_at -> a_restored_backup_trades_once_its_accounts_are_reviewed
which_singles_miss_the_rule_that_was_asked_for -> which_singles_miss_the_requested_rule
a_job_that_nobody_does_is_late_and_then_stuck -> a_job_that_does_not_run_is_late_and_then_stuck
an_order_that_nobody_holds_is_told -> an_order_without_a_holder_is_reported
mail_that_waits_is_told_where_mail_leaves -> waiting_mail_is_reported_where_a_mail_server_is_set
a_write_that_does_not_end_is_told_and_so_is_the_next_that_does -> a_hanging_write_is_reported_and_so_is_recovery
a_write_that_is_refused_is_told_at_once -> a_rejected_write_is_reported_immediately
a_week_is_told_once_when_it_ends_where_its_owner_is -> a_week_is_reported_once_when_it_ends_in_its_owners_zone
after_a_pause_only_the_last_periods_are_told -> after_a_pause_only_the_last_periods_are_reported
two_instances_say_and_keep_everything_once -> two_instances_send_and_record_everything_once
an_outside_brain_has_a_record_by_the_same_rules -> an_external_signal_source_has_a_record_by_the_same_rules
a_refusal_is_heard_once_and_stays -> a_rejected_key_is_recorded_once_and_stays
who_is_asked_about -> which_users_are_due_for_a_query
one_copied_position_stands_on_a_market -> one_copied_position_is_open_on_a_market
who_is_left_out_has_a_copy_that_says_so_and_no_worker -> skipped_followers_have_a_skipped_copy_and_no_worker
two_instances_may_start_at_once -> two_instances_may_start_concurrently
a_closed_database_says_so -> a_closed_database_returns_an_error
a_listener_hears_what_was_committed -> a_listener_receives_committed_events
who_falls_behind_or_is_cut_off_is_told -> a_lagging_or_disconnected_listener_gets_a_gap
legs_tell_what_became_of_them -> legs_record_their_outcome
nobody_goes_below_what_is_held -> no_balance_goes_below_its_holds
a_countrys_own_rule_stands_first -> a_countrys_own_rule_comes_first
an_event_is_told_once_where_its_person_wants_it -> an_event_is_notified_once_on_the_users_channels
a_bots_standing_is_everybodys -> a_bots_state_is_shared
people_are_kept_as_they_were_written -> users_are_stored_as_written
people_are_looked_at_when_their_time_comes -> users_are_processed_when_due
leases_of_jobs_are_told_and_those_of_accounts_are_not -> leases_of_jobs_are_listed_and_those_of_accounts_are_not
a_signal_counts_once_however_often_it_is_said -> a_signal_counts_once_however_often_it_is_sent
of_sixteen_who_reset_at_once_one_does -> of_sixteen_concurrent_resets_one_succeeds
one_moment_in_every_writing -> one_time_in_every_format
what_is_no_moment_is_refused -> invalid_timestamps_are_rejected
follows_the_bands_worked_by_hand -> follows_manually_computed_bands
levels_stand_on_the_tick_on_the_careful_side -> levels_are_rounded_to_the_tick_on_the_safe_side
gaps_are_kept_when_asked -> gaps_are_kept_on_request
a_files_name_tells_its_market -> a_files_name_gives_its_market
every_problem_is_told_by_its_place -> every_problem_is_reported_with_its_location
an_atr_stop_stands_so_many_ranges_away -> an_atr_stop_is_a_multiple_of_the_range_away
both_sides_at_once_are_no_signal -> both_sides_together_are_no_signal
every_problem_is_named_at_once_and_no_value_is_repeated -> all_problems_are_reported_together_without_values
what_is_misspelt_is_said -> a_misspelt_variable_is_reported
people_are_told_from_programs_where_a_secret_is_set -> captcha_applies_where_a_secret_is_set
plans_are_paid_with_play_money_or_stripe_or_not_sold -> plans_are_paid_by_test_checkout_or_stripe_or_not_sold
a_proxy_is_many_people -> a_proxy_counts_as_many_users
strangers_leave_half_to_people_who_are_signed_in -> anonymous_callers_leave_half_to_signed_in_users
when_every_connection_is_served_a_new_one_is_told_to_come_back -> when_every_connection_is_served_a_new_one_gets_503
stopping_answers_what_was_asked_and_waits_for_nobody_else -> stopping_answers_open_requests_and_waits_for_no_other
what_nobody_classified_is_closed -> unclassified_paths_are_closed
who_listens_everywhere_is_asked_by_any_address -> listening_everywhere_accepts_any_address
every_job_that_health_looks_for_is_started -> every_job_that_health_checks_is_started
a_command_without_its_argument_is_told_what_is_missing -> a_command_without_its_argument_reports_what_is_missing
what_linux_says_is_read -> parses_the_figures_of_linux
a_proxy_that_says_nothing_usable_is_the_caller_itself -> a_proxy_without_a_usable_header_is_the_caller
tells_what_it_cannot_read -> reports_unreadable_fields
whatever_comes_is_read_or_told -> any_input_is_parsed_or_reported
a_position_says_where_an_order_leads_to -> a_position_gives_the_orders_target_state
what_cannot_be_read_is_told -> unreadable_parameters_are_reported
the_second_is_told_who_the_first_is -> the_second_process_reports_the_first
a_files_name_tells_what_it_holds -> a_files_name_gives_symbol_and_frame
a_panic_is_one_requests_fault_and_tells_nothing -> a_panic_fails_one_request_and_reveals_nothing
the_desk_is_asked_at_its_health_and_shown_without_secrets -> the_health_url_is_used_and_shown_without_secrets
everything_has_a_default_but_the_desk_and_who_is_told -> everything_has_a_default_but_the_url_and_the_channel
speaks_once_when_gone_and_once_when_back -> alerts_once_when_down_and_once_when_up
what_was_copied_is_told_once -> a_copied_trade_is_notified_once
each_order_that_closed_a_share_is_told_with_its_own_result -> each_order_that_closed_a_share_is_notified_with_its_own_result
a_signal_said_again_trades_nothing_again -> a_repeated_signal_trades_only_once
a_stream_tells_of_a_stop_and_nobody_has_to_look -> a_stream_reports_a_stop_without_an_inspection
one_followers_trouble_is_nobody_elses -> one_followers_failure_affects_no_other
a_desk_that_is_told_to_stop -> a_desk_that_gets_a_stop_signal
several_errors_at_once -> several_errors_together
references_are_unique_whoever_asks_at_the_same_moment -> references_are_unique_under_concurrency
our_faults_tell_nothing -> internal_errors_reveal_nothing
strangers_are_told_so -> anonymous_callers_get_401
the_operators_doors_are_closed_to_others -> operator_routes_are_closed_to_others
every_operation_tells_the_errors_of_its_place -> every_operation_documents_its_errors
a_wrong_sign_in_tells_nothing -> a_failed_sign_in_reveals_nothing
too_many_attempts_are_told_when_to_come_back -> too_many_attempts_get_a_retry_time
what_is_not_there_is_said_in_json -> a_missing_route_answers_in_json
a_verifier_that_cannot_be_asked_closes_the_door -> an_unreachable_verifier_blocks_the_request
programs_are_told_in_their_surfaces_shape -> api_clients_get_their_surfaces_error_format
people_see_a_page_and_the_operator_goes_on -> users_see_a_page_and_operators_continue
every_instance_hears_of_it -> every_instance_applies_it
an_address_is_heard_so_often -> requests_of_an_address_are_limited
a_person_is_heard_so_often -> requests_of_a_user_are_limited
a_proxys_word_tells_addresses_apart -> a_trusted_proxys_header_separates_addresses
nobody_elses_scripts_may -> other_origins_are_not_allowed
a_list_is_asked_about_by_its_tag -> a_list_is_revalidated_by_its_etag
without_a_token_only_this_machine_looks -> without_a_token_only_this_machine_reads_metrics
a_profile_is_kept_and_its_problems_stand_beside_their_fields -> a_profile_is_saved_and_problems_appear_beside_their_fields
what_is_wrong_with_a_key_stands_where_it_is_mended -> a_keys_problem_appears_where_it_is_fixed
a_script_and_a_program_are_told_that_the_password_is_due -> scripts_and_api_clients_get_the_step_up_error
a_program_changes_the_password_and_says_what_goes_on -> an_api_client_changes_the_password_and_chooses_what_stays
the_list_of_people_is_the_operators -> the_list_of_users_is_for_operators
easy_passwords_are_refused_at_both_doors -> weak_passwords_are_rejected_by_page_and_api
health_tells_its_parts -> health_reports_its_parts
health_tells_a_database_that_cannot_be_written -> health_reports_a_read_only_database
a_transfer_is_carried_out_once_however_often_it_is_told -> a_transfer_is_carried_out_once_however_often_it_is_sent
two_at_the_same_moment_make_one -> two_concurrent_requests_create_one
an_order_and_its_end_are_told_once_on_every_channel -> an_order_and_its_end_are_notified_once_on_every_channel
a_killed_desk_tells_once_or_visibly_again -> a_killed_desk_notifies_once_or_visibly_again
a_real_bot_links_answers_and_hears_each_update_once -> a_real_bot_links_answers_and_handles_each_update_once
a_blocked_bot_and_a_revoked_token_are_told -> a_blocked_bot_and_a_revoked_token_are_reported
a_new_order_takes_the_place_of_what_stands -> a_new_order_replaces_open_orders
an_order_from_elsewhere_is_told_unless_the_owner_trades_there_too -> a_foreign_order_is_notified_unless_the_owner_trades_there_too
an_entry_that_waits_says_so_with_nulls -> a_waiting_entry_has_nulls
a_second_desk_on_the_folder_is_told_of_the_first -> a_second_desk_in_the_directory_reports_the_first
it_speaks_once_when_the_desk_is_gone_and_once_when_it_is_back -> it_alerts_once_when_the_desk_is_down_and_once_when_it_is_up
what_could_not_be_told_is_told_later_and_in_order -> failed_alerts_are_sent_later_and_in_order
a_mail_says_that_the_desk_is_gone_and_another_that_it_is_back -> one_mail_reports_the_desk_down_and_another_up
a_watchdog_that_could_tell_nobody_does_not_start -> a_watchdog_without_a_channel_does_not_start
every_door_asks_for_its_permission -> every_route_requires_its_permission
every_path_of_a_door_belongs_to_its_surface -> every_route_belongs_to_its_surface
too_often_is_told -> too_many_requests_are_rejected
the_list_of_doors_is_not_empty -> the_list_of_routes_is_not_empty
follows_that_are_not_begun -> follows_that_are_not_started
an_outside_brain_through_its_hook -> an_external_signal_source_uses_its_webhook
the_operators_doors -> the_operators_routes
markets_say_what_can_be_traded -> markets_list_what_can_be_traded
"""

# Texts of docs/*.md and CONTRIBUTING.md.
DOCS = r"""
`domain::Chance` => `domain::Entropy`
`domain::clock::{Clock, Chance}` => `domain::clock::{Clock, Entropy}`
`domain::live::What` => `domain::live::LiveEventKind`
Add a variant to `Event` in `crates/service/src/notify/event.rs` => Add a variant to `NotificationEvent` in `crates/service/src/notify/event.rs`
Create a `Telling` => Create a `Notification`
`notify::Telling` => `notify::Notification`
A `Telling` => A `Notification`
`Telling` => `Notification`
`exchange::Failure` => `exchange::ExchangeFailure`
`Failure::Expired` => `ExchangeFailure::Expired`
`Doors::program` => `ApiRouter::program`
`Doors::listed` => `ApiRouter::listed`
`rest::shelf` => `rest::response_cache`
the surface's `open` function => the surface's `register` function
(`keeper`) => (`reconciler`)
`store::Kind` => `store::StoreErrorKind`
`Heard::Gap` => `ListenerMessage::Gap`
`store::copy::Copy` => `store::copy::CopyTrade`
"""

TOKEN = re.compile(r'''
  (?P<ws>\s+)
 |(?P<line>//[^\n]*)
 |(?P<block>/\*.*?\*/)
 |(?P<raw>(?:br|cr|r)(?P<h>\#*)".*?"(?P=h))
 |(?P<str>(?:b|c)?"(?:[^"\\]|\\.)*")
 |(?P<char>b?'(?:[^'\\\n]|\\(?:x[0-9a-fA-F]{2}|u\{[0-9a-fA-F_]+\}|.))')
 |(?P<life>'[A-Za-z_][A-Za-z0-9_]*)
 |(?P<ident>(?:r\#)?[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)
 |(?P<num>[0-9][A-Za-z0-9_]*(?:\.[0-9][A-Za-z0-9_]*)?)
 |(?P<colons>::)
 |(?P<arrow>->|=>)
 |(?P<punct>.)
''', re.X | re.S)
KEYWORDS = set('as break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type union unsafe use where while async await macro_rules'.split())
STD = set('Sized Copy Read Write From Hash Path Ordering Result Option Send Sync Clone Default Debug Instant Duration Iterator Into Drop Fn String Vec Box'.split())

class File:
    def __init__(self, path, text):
        self.path, self.text = path, text
        self.toks = []          # (kind, text, start, end)
        for m in TOKEN.finditer(text):
            kind = m.lastgroup if m.lastgroup != 'h' else 'raw'
            if m.group('raw') is not None: kind = 'raw'
            if kind == 'ws': continue
            self.toks.append((kind, m.group(0), m.start(), m.end()))
        self.code = [i for i, t in enumerate(self.toks) if t[0] not in ('line', 'block')]
        self.edits = {}         # start -> (end, new)
        self.inserts = {}
        self.structure()

    def edit(self, tok, new):
        self.edits[tok[2]] = (tok[3], new)

    def structure(self):
        """For each code token: inline module path, enclosing block kind, impl's type token, block id."""
        T = [self.toks[i] for i in self.code]
        self.T = T
        n = len(T)
        self.mod = [()] * n; self.kind = ['mod'] * n; self.block = [0] * n
        self.blocks = [dict(kind='mod', parent=None, head=0, open=-1, mod=(), name=None)]
        stack = [0]; pending = None
        self.modtok = {}
        paren = 0
        item_start = True
        self.match = {}
        br = []
        for i, t in enumerate(T):
            b = self.blocks[stack[-1]]
            self.mod[i] = b['mod']; self.kind[i] = b['kind']; self.block[i] = stack[-1]
            x = t[1]
            prev = T[i-1][1] if i else ';'
            if t[0] == 'ident':
                if x in ('fn', 'struct', 'enum', 'union', 'trait', 'mod') and i+1 < n and T[i+1][0] == 'ident' and not (pending and pending[0] == 'impl' and x != 'fn'):
                    if not (x == 'union' and prev not in (';','}','{',']','pub',')')):
                        pending = (x, i+1, len(br))
                elif x == 'impl' and prev in (';', '}', '{', ']', 'unsafe') and (pending is None):
                    pending = ('impl', i, len(br))
                elif x == 'macro_rules':
                    pending = ('macro', i, len(br))
                elif x == 'use' and prev in (';','}','{',']','pub',')'):
                    pass
            if x in '([{' and t[0] == 'punct':
                br.append(i)
                if x == '{':
                    if pending and pending[2] == len(br) - 1:
                        kind, at, _ = pending; pending = None
                        mod = b['mod']
                        if kind == 'mod': mod = mod + (T[at][1],)
                        self.blocks.append(dict(kind=kind, parent=stack[-1], head=at, open=i, mod=mod, name=T[at][1]))
                    else:
                        self.blocks.append(dict(kind='other', parent=stack[-1], head=i, open=i, mod=b['mod'], name=None))
                    stack.append(len(self.blocks) - 1)
            elif x in ')]}' and t[0] == 'punct':
                if br:
                    o = br.pop(); self.match[o] = i; self.match[i] = o
                if x == '}' and len(stack) > 1:
                    self.blocks[stack[-1]]['close'] = i
                    stack.pop()
                    pending = None if pending and pending[2] > len(br) else pending
            elif x == ';' and pending and pending[2] == len(br):
                pending = None
            # prune pending at depth
        for b in self.blocks: b.setdefault('close', n)
        self.attr = [False] * n
        for i in range(n - 1):
            if T[i][1] == '#' and T[i+1][1] in ('[', '!'):
                o = i + 1 if T[i+1][1] == '[' else i + 2
                if o < n and o in self.match:
                    for j in range(o, self.match[o]): self.attr[j] = True
        # The outermost function of each token, its parameters included.
        self.fn_of = [None] * n
        for k, b in enumerate(self.blocks):
            if b['kind'] != 'fn' or (b['head'] < n and self.fn_of[b['head']] is not None): continue
            for i in range(b['head'] + 1, min(b['close'], n)): self.fn_of[i] = k

    def enclosing_fn(self, i):
        return self.fn_of[i]

    def impl_of(self, i):
        b = self.block[i]
        while b is not None:
            if self.blocks[b]['kind'] in ('impl', 'trait', 'enum', 'struct'): return b
            if self.blocks[b]['kind'] == 'mod': return None
            b = self.blocks[b]['parent']
        return None

    def apply(self):
        if not self.edits: return self.text
        out = []; at = 0
        for s in sorted(set(self.edits) | set(self.inserts)):
            e, new = self.edits.get(s, (s, ''))
            out.append(self.text[at:s]); out.append(self.inserts.get(s, '')); out.append(new); at = e
        out.append(self.text[at:])
        return ''.join(out)

class Tree:
    def __init__(self, root):
        self.root = root
        listing = subprocess.check_output(['git', 'ls-files', '--cached', '--others', '--exclude-standard', '*.rs'], cwd=root, text=True).split()
        self.files = {}
        for p in listing:
            full = os.path.join(root, p)
            if os.path.exists(full): self.files[p] = File(p, open(full, encoding='utf-8').read())
        self.defs = defaultdict(dict)    # module id -> name -> kind
        self.mods = defaultdict(dict)    # module id -> name -> module id
        self.uses = defaultdict(list)    # module id -> [(alias, path)]
        self.globs = defaultdict(list)
        self.parents = defaultdict(set)
        self.crates = defaultdict(set)   # module id -> roots
        self.libs = {}
        self.usetoks = {}                # path -> {code index: (path segs, idx list)}
        for p, f in self.files.items(): self.collect(p, f)
        self.link()

    def collect(self, p, f):
        T = f.T; n = len(T)
        self.usetoks[p] = {}
        i = 0
        for i in range(n):
            x = T[i][1]; k = f.kind[i]; m = (p, f.mod[i])
            if T[i][0] != 'ident': continue
            prev = T[i-1][1] if i else ';'
            if x == 'use' and prev in (';', '}', '{', ']', 'pub', ')') and i + 1 < n:
                self.use_tree(p, f, m, i + 1, [])
                continue
            if x in ('struct', 'enum', 'union', 'trait', 'type', 'fn', 'const', 'static', 'mod') and i+1 < n and T[i+1][0] == 'ident':
                j = i + 1
                if T[j][1] == 'mut': j += 1
                name = T[j][1]
                if name in KEYWORDS or name == '_': continue
                if k == 'mod' or (k == 'other' and f.impl_of(i) is None and f.enclosing_fn(i) is None):
                    self.defs[m].setdefault(name, x)
            elif x == 'macro_rules' and i+2 < n:
                self.defs[m].setdefault(T[i+2][1], 'macro')
            elif x == 'pub' and k == 'other' and i + 1 < n:
                j = i + 1
                if T[j][1] == '(' and j in f.match: j = f.match[j] + 1
                if j + 1 < n and T[j][0] == 'ident' and T[j][1] not in KEYWORDS and T[j][1][0].isupper():
                    self.defs[m].setdefault(T[j][1], 'macro-type')

    def use_tree(self, p, f, m, i, prefix):
        """Parses a use tree at i; returns the index after it."""
        T = f.T
        segs = list(prefix); idx = []
        if T[i][1] == '::' and not prefix: segs = ['::']
        while True:
            x = T[i][1]
            if x == '::': i += 1; continue
            if x == '{':
                end = f.match.get(i, i)
                j = i + 1
                while j < end:
                    j = self.use_tree(p, f, m, j, segs)
                    if j < len(T) and T[j][1] == ',': j += 1
                return end + 1
            if x == '*':
                self.globs[m].append(tuple(segs)); return i + 1
            if T[i][0] == 'ident':
                segs = segs + [x]
                self.usetoks[p][i] = tuple(segs)
                i += 1
                nxt = T[i][1] if i < len(T) else ';'
                if nxt == '::': continue
                alias = x
                if nxt == 'as':
                    alias = T[i+1][1]
                    self.usetoks[p][i+1] = None
                    i += 2
                path = tuple(segs)
                if path and path[-1] == 'self': path = path[:-1]; alias = path[-1] if alias == 'self' and path else alias
                self.uses[m].append((alias, path))
                return i
            return i + 1

    def link(self):
        def child(p, inline, name, attr):
            d, base = os.path.split(p)
            if attr: 
                return os.path.normpath(os.path.join(d, attr))
            stem = base[:-3]
            top = (d if (stem in ('mod', 'lib', 'main', 'build') and (stem in ('mod','lib','main') or True)) or self.is_root(p) else os.path.join(d, stem))
            top = os.path.join(top, *inline)
            for c in (os.path.join(top, name + '.rs'), os.path.join(top, name, 'mod.rs')):
                if c in self.files: return c
            return None
        for p, f in self.files.items():
            T = f.T
            for i in range(len(T)):
                if T[i][1] == 'mod' and T[i][0] == 'ident' and i+2 < len(T) and T[i+1][0] == 'ident':
                    m = (p, f.mod[i]); name = T[i+1][1]
                    if T[i+2][1] == ';':
                        attr = None
                        seg = f.text[max(0, T[i][2]-120):T[i][2]]
                        a = re.search(r'#\[path = "([^"]+)"\]\s*(?:pub(?:\([a-z ]+\))? )?$', seg)
                        if a: attr = a.group(1)
                        c = child(p, f.mod[i], name, attr)
                        if c in self.files:
                            self.mods[m][name] = (c, ()); self.parents[(c, ())].add(m)
                    elif T[i+2][1] == '{':
                        c = (p, f.mod[i] + (name,))
                        self.mods[m][name] = c; self.parents[c].add(m)
        for p in self.files:
            if self.is_root(p):
                self.spread((p, ()), (p, ()), set())
                s = re.match(r'(?:crates/)?([a-z]+)/src/lib\.rs$', p)
                if s: self.libs[s.group(1)] = (p, ())

    def is_root(self, p):
        return bool(re.match(r'(crates/)?[a-z]+/(src/(lib|main)\.rs|src/bin/[^/]+\.rs|build\.rs|tests/[^/]+\.rs|tests/[^/]+/main\.rs|examples/[^/]+\.rs|benches/[^/]+\.rs)$', p)) 

    def spread(self, root, m, seen):
        if m in seen: return
        seen.add(m); self.crates[m].add(root)
        for c in self.mods[m].values(): self.spread(root, c, seen)

    # ---- resolution: ('mod', id) | ('item', id, name) | None
    def lookup(self, m, name, seen=None):
        seen = seen if seen is not None else set()
        if (m, name) in seen: return None
        seen.add((m, name))
        if name in self.mods[m]: return ('mod', self.mods[m][name])
        if name in self.defs[m]: return ('item', m, name)
        for alias, path in self.uses[m]:
            if alias == name:
                r = self.path(m, path, seen)
                if r: return r
        if (m, name) in self.forced: return ('item', m, name)
        for g in self.globs[m]:
            r = self.path(m, g, seen)
            if r and r[0] == 'mod':
                q = self.lookup(r[1], name, seen)
                if q: return q
        return None

    def path(self, m, segs, seen=None):
        if not segs: return None
        first = segs[0]; cands = []
        if first == '::':
            lib = self.libs.get(segs[1]) if len(segs) > 1 else None
            return self.walk(('mod', lib), segs[2:], seen) if lib else None
        if first == 'crate': cands = [('mod', r) for r in self.crates[m]]
        elif first == 'self': cands = [('mod', m)]
        elif first == 'super': cands = [('mod', q) for q in self.parents[m]]
        else:
            r = None
            if len(segs) > 0:
                r = self.lookup(m, first, set(seen) if seen else None)
            if r: cands = [r]
            elif first in self.libs: cands = [('mod', self.libs[first])]
        for c in cands:
            r = self.walk(c, segs[1:], seen)
            if r: return r
        return None

    def walk(self, r, rest, seen=None):
        for k, s in enumerate(rest):
            if r is None: return None
            if r[0] == 'mod':
                if s == 'super':
                    ps = list(self.parents[r[1]]); r = ('mod', ps[0]) if ps else None
                elif s == 'self': pass
                else: r = self.lookup(r[1], s, set(seen) if seen else None)
            elif r[0] == 'item':
                r = ('member', r[1], r[2], s)
            else: return None
        return r

SIMPLE = set('Debug Clone Copy PartialEq Eq Hash Default PartialOrd Ord'.split())

class Renamer:
    """items: {(module, name): new}; members: {(module, Type): {member: (new, globs)}}; words: [(globs, regex, new)]."""
    def __init__(self, tree, items, members):
        self.t, self.items, self.members = tree, items, members
        tree.forced = set()
        for (m, name), new in items.items():
            if new in tree.defs[m] and name not in STD: tree.forced.add((m, name))
        self.byname = {n for (_, n) in items}
        self.membernames = defaultdict(list)
        for (m, ty), ms in members.items():
            for k, v in ms.items(): self.membernames[k].append((m, ty, v))
        self.newtype = {}
        for (m, name), new in items.items(): self.newtype[(m, new)] = name
        self.notes = []; self.serde = []
        self.used = defaultdict(int)

    def item_new(self, r):
        if r and r[0] == 'item':
            v = self.items.get((r[1], r[2]))
            if v: self.used[(r[1], r[2])] += 1
            return v
        return None

    def typekey(self, r):
        """The key of a resolved type among members (old or new name)."""
        if not r or r[0] != 'item': return None
        for key in ((r[1], r[2]), (r[1], self.newtype.get((r[1], r[2])))):
            if key in self.members: return key
        return None

    def member_new(self, r):
        if r and r[0] == 'member':
            key = self.typekey(('item', r[1], r[2]))
            if key and r[3] in self.members[key]:
                self.used[(key, r[3])] += 1
                return self.members[key][r[3]][0]
        return None

    def unique_member(self, name):
        """Declared once in the workspace as a field or method."""
        if not hasattr(self, 'declared'):
            self.declared = defaultdict(int)
            for f in self.t.files.values():
                for i, t in enumerate(f.T):
                    if t[0] != 'ident': continue
                    prev = f.T[i-1][1] if i else ''
                    nxt = f.T[i+1][1] if i+1 < len(f.T) else ''
                    if f.kind[i] == 'struct' and nxt == ':' and prev != ':': self.declared[t[1]] += 1
                    elif prev == 'fn' and f.kind[i] in ('impl', 'trait'): self.declared[t[1]] += 1
                    elif f.kind[i] == 'other' and nxt == ':' and f.impl_of(i) is not None and f.blocks[f.impl_of(i)]['kind'] == 'enum': self.declared[t[1]] += 1
        return self.declared[name] <= 1

    def run(self):
        for p, f in self.t.files.items(): self.file(p, f)

    def selfkey(self, f, p, i):
        b = f.impl_of(i)
        if b is None: return None
        blk = f.blocks[b]
        if 'key' in blk: return blk['key']
        T = f.T; m = (p, f.mod[blk['head']])
        if blk['kind'] in ('enum', 'struct', 'trait'):
            r = ('item', (p, blk['mod']), blk['name'])
        else:
            # self type: the last path before `{` or `where`, after `for` if there
            j = blk['head'] + 1; depth = 0; start = None
            if T[j][1] == '<':
                d = 0
                while True:
                    if T[j][1] == '<': d += 1
                    elif T[j][1] == '>' : d -= 1
                    j += 1
                    if d == 0: break
            start = j; k = j
            while k < blk['open']:
                if T[k][1] == 'for' and depth == 0 and T[k+1][1] != '<': start = k + 1
                if T[k][1] == 'where': break
                k += 1
            k = start
            while k < blk['open'] and (T[k][0] != 'ident' or T[k][1] in ('mut', 'dyn')): k += 1
            segs = []
            while k < blk['open']:
                if T[k][0] == 'ident': segs.append(T[k][1]); k += 1
                else: break
                if T[k][1] == '::' : k += 1
                else: break
            r = self.t.path(m, segs) if segs else None
        blk['key'] = self.typekey(r); blk['self'] = r
        return blk['key']

    def file(self, p, f):
        T = f.T; n = len(T); tree = self.t
        uses = tree.usetoks[p]
        i = -1
        done = set()
        for i in range(n):
            if T[i][0] != 'ident' or i in done: continue
            m = (p, f.mod[i]); x = T[i][1]
            prev = T[i-1][1] if i else ';'
            nxt = T[i+1][1] if i+1 < n else ';'
            if i in uses:
                if uses[i] is None: continue
                self.rename_seg(f, i, tree.path(m, uses[i]))
                continue
            outer = prev == '::' and not (i >= 2 and (T[i-2][0] == 'ident' and T[i-2][1] not in ('return', 'in', 'as', 'for', 'impl', 'mut', 'dyn', 'match', 'if', 'let') or T[i-2][1] == '>'))
            if prev == '::' and not outer: continue        # inside a path: handled at its start
            if prev == '.' and not (i > 1 and T[i-2][1] == '.'):
                self.access(p, f, i, m); continue
            if prev in ('fn', 'struct', 'enum', 'union', 'trait', 'type', 'mod', 'const', 'static', 'macro_rules') or (prev == 'mut' and i > 1 and T[i-2][1] == 'static') or (prev == '!' and i > 1 and T[i-2][1] == 'macro_rules'):
                self.definition(p, f, i, m, prev); continue
            # start of a path
            segs = [x]; at = [i]; j = i
            while j + 2 < n and T[j+1][1] == '::' and T[j+2][0] == 'ident':
                j += 2; segs.append(T[j][1]); at.append(j)
            if outer:
                for k in range(2, len(segs) + 1):
                    if segs[k-1] in self.byname or segs[k-1] in self.membernames:
                        self.rename_seg(f, at[k-1], tree.path(m, ['::'] + segs[:k]))
            elif len(segs) == 1:
                self.single(p, f, i, m, prev, nxt)
            else:
                for k in range(1, len(segs) + 1):
                    if segs[0] == 'Self':
                        key = self.selfkey(f, p, i)
                        if k == 2 and key and segs[1] in self.members[key]:
                            f.edit(T[at[1]], self.members[key][segs[1]][0])
                        continue
                    if k == 1 and segs[0] in ('crate', 'self', 'super'): continue
                    if segs[k-1] in self.byname or segs[k-1] in self.membernames:
                        self.rename_seg(f, at[k-1], tree.path(m, segs[:k]))
            # literal or pattern of a type: fields
            end = at[-1] + 1
            if end < n and T[end][1] == '<': pass
            if end < n and T[end][1] == '{' and x not in KEYWORDS - {'Self'}:
                self.literal(p, f, i, segs, end, m)
        self.comments(p, f)

    def rename_seg(self, f, i, r):
        new = None
        if r and r[0] == 'mod':
            new = self.items.get(r[1][1] and ((r[1][0], r[1][1][:-1]), r[1][1][-1]) or ('file', r[1][0]))
            if new and f.T[i][1] not in ('crate', 'self', 'super') and f.T[i][1] == self.modname(r[1]):
                f.edit(f.T[i], new)
            return
        if r and r[0] == 'item':
            new = self.item_new(r)
            if new and f.T[i][1] != r[2]: new = None
        elif r and r[0] == 'member': new = self.member_new(r)
        if new: f.edit(f.T[i], new)

    def modname(self, mid):
        p, inline = mid
        if inline: return inline[-1]
        b = os.path.basename(p)[:-3]
        return os.path.basename(os.path.dirname(p)) if b == 'mod' else b

    def definition(self, p, f, i, m, prev):
        x = f.T[i][1]; T = f.T
        k = f.kind[i]
        nxt = T[i+1][1] if i+1 < len(T) else ';'
        if k in ('impl', 'trait'):
            key = self.selfkey(f, p, i)
            if key and x in self.members[key]:
                f.edit(T[i], self.members[key][x][0]); self.used[(key, x)] += 1
            return
        if prev == 'mod':
            r = self.t.mods[m].get(x)
            if r: self.rename_seg(f, i, ('mod', r))
            return
        if (k == 'mod' or f.kind[i] == 'other') and f.enclosing_fn(i) is None:
            new = self.item_new(('item', m, x)) if x in self.t.defs[m] else None
            if new:
                f.edit(T[i], new)
                if prev in ('struct', 'enum'): self.keep_schema(f, i, x, new)

    def single(self, p, f, i, m, prev, nxt):
        T = f.T; x = T[i][1]
        if prev in ('(', ',') and nxt in (')', ','):
            j = i
            while T[j][1] not in ('(', '[', '{', ';'): j -= 1
            if T[j][1] == '(' and T[j-1][1] == 'derive': return
        # fields and variants at their declaration, in struct or enum
        if f.kind[i] in ('struct', 'enum') and prev in ('{', ',', ']', 'pub', ')') :
            isfield = f.kind[i] == 'struct' and nxt == ':'
            isvariant = f.kind[i] == 'enum' and nxt in (',', '(', '{', '=', '}')  and prev != 'pub'
            b = f.blocks[f.block[i]]
            direct = self.depth_ok(f, i, b)
            if direct and (isfield or isvariant):
                key = self.selfkey(f, p, i)
                if key and x in self.members[key]:
                    f.edit(T[i], self.members[key][x][0]); self.used[(key, x)] += 1
                    self.derive_note(p, f, b, x)
                    self.keep_wire_name(f, i, b, x)
                return
        if f.kind[i] == 'other' and nxt == ':' and prev in ('{', ',', ']'):
            # a field of a variant
            b = f.impl_of(i)
            if b is not None and f.blocks[b]['kind'] == 'enum':
                key = self.selfkey(f, p, i)
                if key and x in self.members[key]:
                    f.edit(T[i], self.members[key][x][0])
                return
        if x not in self.byname: return
        if f.attr[i] and (x[0].islower() or (prev == '=' and T[i-2][1] == 'as')): return
        if nxt == ':' and prev in ('{', ',', '(', '|', ']') and not (x[0].isupper()): return      # a field or parameter
        if prev == 'pub' or (prev == ')' and f.kind[i] == 'other'):
            # `pub Name {` in a declaring macro
            if x in self.t.defs[m] and self.t.defs[m][x] == 'macro-type':
                new = self.item_new(('item', m, x))
                if new: f.edit(T[i], new)
                return
        r = self.t.lookup(m, x)
        if not r or r[0] != 'item': return
        if (r[1], r[2]) not in self.items: return
        if nxt == '!' and self.t.defs[r[1]].get(x) != 'macro' : return
        if x[0].islower():
            kind = self.t.defs[r[1]].get(x)
            if nxt == '(' and prev not in ('fn',):
                pass
            elif kind == 'macro' and nxt == '!': pass
            elif prev in ('(', ',', '=', '&', '=>', '{', '[') and nxt in (')', ',', ';', '.', '}', ']') and not self.local(f, i, x):
                pass
            else:
                return
            if nxt == '(' and self.local(f, i, x) and not self.before_binding(f, i, x):
                self.notes.append(f'{p}:{f.text.count(chr(10),0,T[i][2])+1}: local {x}( left'); return
        new = self.item_new(r)
        if new and r[2] == x: f.edit(T[i], new)

    def depth_ok(self, f, i, b):
        # directly inside the braces: the innermost bracket is the body's
        o = b['open']; c = b['close']
        # count unmatched ( [ between open and i
        j = i - 1; d = 0
        T = f.T
        while j > o:
            if T[j][1] in (')', ']', '}') and T[j][0] == 'punct' and j in f.match: j = f.match[j] - 1; continue
            if T[j][1] in ('(', '[') and T[j][0] == 'punct': return False
            j -= 1
        return True

    def local(self, f, i, x):
        b = f.enclosing_fn(i)
        if b is None: return False
        blk = f.blocks[b]
        s = f.T[blk['head']][2]; e = f.T[min(blk['close'], len(f.T)-1)][3]
        text = f.text[s:e]
        return bool(re.search(r'\b(?:let|mut|ref|for)\s+%s\b|\|\s*&?%s\s*[|,:]|\b%s:(?!:)|\bSome\(%s\)\s*=|Ok\(%s\)\s*=|\(\s*%s\s*,[^()]*\)\s*=|,\s*%s\s*\)\s*(=[^=]|in\b)|, %s\|' % ((x,) * 8), text))

    def before_binding(self, f, i, x):
        """Whether a call comes before the function's first local of that name, or initializes it."""
        blk = f.blocks[f.enclosing_fn(i)]
        s = f.T[blk['head']][2]; e = f.T[min(blk['close'], len(f.T)-1)][3]
        text = f.text[s:e]
        first = re.search(r'\blet\s+(?:mut\s+)?%s\b|\blet\s*\([^)=]*\b%s\b[^)=]*\)' % (x, x), text)
        if not first: return False
        if re.search(r'[(|,]\s*&?%s\s*[:|,]' % x, text[:first.start()]): return False
        end = text.find(';', first.end())
        stmt = text[first.end():end if end >= 0 else len(text)]
        if re.match(r'\s*(?::[^=]*)?=\s*(?:async\s*)?(?:move\s*)?\|', stmt): return False      # a closure of that name
        return f.T[i][2] - s <= (end if end >= 0 else len(text))

    def literal(self, p, f, i, segs, open_, m):
        T = f.T
        if segs[0] == 'Self':
            key = self.selfkey(f, p, i)
        else:
            r = self.t.path(m, tuple(segs))
            if r and r[0] == 'member': r = ('item', r[1], r[2])
            key = self.typekey(r)
        if not key: return
        close = f.match.get(open_)
        if close is None: return
        j = open_ + 1
        while j < close:
            t = T[j]
            if t[1] in '([{' and t[0] == 'punct' and j in f.match: j = f.match[j] + 1; continue
            if t[0] == 'ident' and T[j-1][1] in ('{', ',', ']', 'ref', 'mut', '&') and t[1] in self.members[key]:
                new = self.members[key][t[1]][0]
                nx = T[j+1][1]
                if nx == ':' : f.edit(t, new)
                elif nx in (',', '}') and T[j-1][1] in ('{', ','): f.edit(t, f'{new}: {t[1]}')
                elif nx in (',', '}') and T[j-1][1] in ('ref', 'mut'): self.notes.append(f'{p}: pattern ref {t[1]}')
            j += 1

    def access(self, p, f, i, m):
        x = f.T[i][1]
        found = []
        call = i + 1 < len(f.T) and f.T[i+1][1] == '('
        for mod, ty, (new, globs, field) in self.membernames.get(x, ()):
            method = self.is_method(mod, ty, x)
            if method is not None and method != call: continue
            if not new[0].islower(): continue
            score = 0
            if p == mod[0] and globs != ['NEVER']: score = 1000
            if globs == 'all': score = max(score, 1)
            elif globs:
                for g in globs:
                    if fnmatch.fnmatch(p, g): score = max(score, 1 + len(g))
                if score == 1000 and not any(fnmatch.fnmatch(p, g) for g in globs): score = 0
            elif self.unique_member(x): score = max(score, 1)
            if score: found.append((score, new, (mod, ty)))
        if found:
            score, new, key = max(found)
            f.edit(f.T[i], new); self.used[(key, x)] += 1

    def is_method(self, mod, ty, name):
        """Whether a member is declared as a function; None when its declaration was not found."""
        if not hasattr(self, 'methods'):
            self.methods = {}
            for p, f in self.t.files.items():
                for i, t in enumerate(f.T):
                    if t[0] != 'ident' or t[1] not in self.membernames or not i: continue
                    if f.kind[i] in ('impl', 'trait') and f.T[i-1][1] == 'fn':
                        key = self.selfkey(f, p, i)
                        if key: self.methods[(key, t[1])] = None if self.methods.get((key, t[1]), True) is not True else True
                    elif f.kind[i] == 'struct' and i + 1 < len(f.T) and f.T[i+1][1] == ':':
                        key = self.selfkey(f, p, i)
                        if key: self.methods[(key, t[1])] = None if self.methods.get((key, t[1]), False) is not False else False
        return self.methods.get(((mod, ty), name))

    def keep_schema(self, f, i, x, new):
        """Keeps the name that a renamed type has in the OpenAPI document."""
        s = f.T[i-1][2]
        head = f.text[max(0, s - 900):s]
        cut = max(head.rfind('}\n'), head.rfind(';\n'), head.rfind('{\n'), head.rfind('}\n\n'))
        head = head[cut + 1:] if cut >= 0 else head
        derives = set(re.findall(r'\w+', ''.join(re.findall(r'derive\(([^)]*)\)', head))))
        if 'ToSchema' in derives and not re.search(r'schema\([^]]*\bas\s*=', head):
            j = i - 1
            if f.T[j-1][1] == ')' and f.T[f.match[j-1]-1][1] == 'pub': j = f.match[j-1] - 1
            elif f.T[j-1][1] == 'pub': j -= 1
            f.inserts[f.T[j][2]] = f'#[schema(as = {x})]\n'
            self.serde.append(f'{f.path}: schema {x} kept for {new}')

    def keep_wire_name(self, f, i, b, x):
        """Writes `#[serde(rename = …)]` before a renamed field or variant of a serialized type."""
        s = f.T[b['head']][2]
        head = f.text[max(0, s - 600):s]
        cut = max(head.rfind('}\n'), head.rfind(';\n'), head.rfind('{\n'))
        head = head[cut + 1:] if cut >= 0 else head
        derives = set(re.findall(r'\w+', ''.join(re.findall(r'derive\(([^)]*)\)', head))))
        if 'FromRow' in derives: self.notes.append(f'{f.path}: FROMROW {b["name"]}.{x}')
        if not derives & {'Serialize', 'Deserialize'}: return
        style = re.search(r'rename_all\s*=\s*"(\w+)"', head)
        wire = x
        if style and style.group(1) == 'camelCase':
            parts = x.split('_'); wire = parts[0] + ''.join(w.title() for w in parts[1:]) if x[0].islower() else x[0].lower() + x[1:]
        elif style: self.notes.append(f'{f.path}: rename_all {style.group(1)} {b["name"]}.{x}')
        # the start of the field: its visibility, else its name
        j = i
        if f.T[j-1][1] == ')' and f.T[f.match[j-1]-1][1] == 'pub': j = f.match[j-1] - 1
        elif f.T[j-1][1] == 'pub': j -= 1
        before = f.T[j-1]
        if before[1] == ']':
            k = f.match[j-1]
            while True:
                attr = f.text[f.T[k][2]:f.T[f.match[k]][3]]
                if 'rename' in attr or 'skip]' in attr or 'serde(skip)' in attr: return
                if f.T[k-2][1] == ']' and f.T[k-1][1] == '#': k = f.match[k-2]
                else: break
        t = f.T[j]
        line = f.text.rfind('\n', 0, t[2]) + 1
        indent = f.text[line:t[2]]
        if indent.strip(): indent = ''
        f.inserts[t[2]] = f'#[serde(rename = "{wire}")]' + ('\n' + indent if indent else ' ')
        self.serde.append(f'{f.path}: {b["name"]}.{x} keeps "{wire}"')

    def derive_note(self, p, f, b, x):
        s = f.T[b['head']][2]
        seg = f.text[max(0, s-400):s]
        a = seg.rfind('#[derive('); last = max(seg.rfind('}\n'), seg.rfind(';\n'))
        if a > last:
            names = set(re.findall(r'\w+', ''.join(re.findall(r'#\[derive\(([^)]*)\)', seg[last+1 if last>=0 else 0:]))))
            odd = names - SIMPLE
            if odd: self.notes.append(f'{p}: {b["name"]}.{x} derives {sorted(odd)}')

    CODE = re.compile(r'`([^`\n]+)`')
    PATHS = re.compile(r'(?<![\w.])[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*')

    def comments(self, p, f):
        # a comment belongs to the module of the next code token (or the file, for `//!`)
        ci = 0; code = f.code
        for ti, t in enumerate(f.toks):
            if t[0] != 'line' or '`' not in t[1]: continue
            k = bisect.bisect_left(code, ti)
            k2 = k - 1 if (t[1].startswith('//!') and k > 0) else min(k, len(code) - 1)
            inline = () if t[1].startswith('//!') and k == 0 else f.mod[k2] if code else ()
            m = (p, inline)
            def fix(mm):
                def one(pm):
                    segs = tuple(pm.group(0).split('::'))
                    return '::'.join(self.segments(m, segs, f, k2, pm))
                return '`' + self.PATHS.sub(one, mm.group(1)) + '`'
            new = self.CODE.sub(fix, t[1])
            new = re.sub(r'\]\(((?:\w+::)+\w+)(\(\))?\)', lambda mm: '](' + '::'.join(self.segments(m, tuple(mm.group(1).split('::')), f, k2, None)) + (mm.group(2) or '') + ')', new)
            if new != t[1]: f.edit(t, new)

    def segments(self, m, segs, f=None, i=None, pm=None):
        out = list(segs)
        for k in range(1, len(segs) + 1):
            if segs[0] == 'Self' and k == 2 and f is not None:
                key = self.selfkey(f, m[0], i)
                if key and segs[1] in self.members[key]: out[1] = self.members[key][segs[1]][0]
                continue
            if segs[k-1] not in self.byname and segs[k-1] not in self.membernames: continue
            r = self.t.path(m, segs[:k])
            if not r: continue
            if r[0] == 'mod':
                new = self.items.get(r[1][1] and ((r[1][0], r[1][1][:-1]), r[1][1][-1]) or ('file', r[1][0]))
                if new and segs[k-1] == self.modname(r[1]): out[k-1] = new
            elif r[0] == 'item':
                if len(segs) == 1 and segs[0][0].islower() and pm is not None:
                    after = pm.string[pm.end():pm.end()+2]
                    if not after.startswith('()') and pm.group(0) != pm.string: continue
                new = self.item_new(r)
                if new and r[2] == segs[k-1]: out[k-1] = new
            elif r[0] == 'member':
                new = self.member_new(r)
                if new: out[k-1] = new
        return out

def parse_words(text):
    rules = []
    for line in text.splitlines():
        line = line.split(' # ')[0].strip()
        if not line or line.startswith('#'): continue
        globs = ['*']
        if ' @ ' in line:
            line, g = line.rsplit(' @ ', 1); globs = g.split()
        if line.startswith('re: '):
            left, right = line[4:].split(' ==> ')
            rules.append(('re', re.compile(left), right, globs))
        else:
            left, right = [x.strip() for x in line.split('->')]
            kind = 'any'
            if left.startswith('.'): kind, left = 'dot', left[1:]
            elif left.startswith('!'): kind, left = 'local', left[1:]
            rules.append((kind, left, right, globs))
    return rules

def apply_words(path, text, rules, notes):
    """Renames identifiers of one file, in code and in the backticks of comments."""
    todo = {}
    for kind, left, right, globs in rules:
        if any(fnmatch.fnmatch(path, g) for g in globs):
            if kind == 're':
                continue
            todo.setdefault(left, {}).setdefault(kind, right)
    regexes = [(l, r) for k, l, r, g in rules if k == 're' and any(fnmatch.fnmatch(path, x) for x in g)]
    if not todo and not regexes: return text
    if todo and any(re.search(r'\b%s\b' % w, text) for w in todo):
        f = File(path, text)
        T = f.T
        for i, t in enumerate(T):
            if t[0] != 'ident' or t[1] not in todo: continue
            kinds = todo[t[1]]
            prev = T[i-1][1] if i else ''
            dotted = prev == '.' and not (i > 1 and T[i-2][1] == '.')
            nxt = T[i+1][1] if i + 1 < len(T) else ''
            new = kinds.get('any') or (kinds.get('dot') if dotted else None)
            if new is None and 'local' in kinds and not dotted and prev not in ('::',) :
                b = f.enclosing_fn(i)
                field = f.kind[i] == 'struct' and nxt == ':'
                if nxt == '(' and b is not None and not bound(f, b, t[1]): continue
                if b is not None and not field and nxt != '!' and not literal_field(f, i, prev, nxt):
                    new = kinds['local']
                    blk = f.blocks[b]
                    s, e = T[blk['head']][2], T[min(blk['close'], len(T) - 1)][3]
                    if re.search(r'(?<![.\w])%s\b(?!:[^:]|\(|!|::)' % new, mask(f.text[s:e])):
                        notes.append(f'{path}: {t[1]} -> {new} clashes in {T[blk["head"]][1]}')
                        new = None
                    elif shorthand(f, i, prev, nxt):
                        new = f'{t[1]}: {new}'
            if new: f.edit(t, new)
        for ti, t in enumerate(f.toks):
            if t[0] == 'line' and '`' in t[1]:
                def fix(mm):
                    s = mm.group(1)
                    for w, kinds in todo.items():
                        if 'any' in kinds: s = re.sub(r'(?<![\w.-])%s(?![\w-])' % re.escape(w), kinds['any'], s)
                    return '`' + s + '`'
                new = Renamer.CODE.sub(fix, t[1])
                if new != t[1]: f.edit(t, new)
            elif t[0] in ('str', 'raw'):
                # inline arguments of format strings
                new = t[1]
                for w, kinds in todo.items():
                    if 'local' in kinds or 'any' in kinds:
                        b = None
                        new = re.sub(r'(?<!\{)\{%s(?=[:}])' % w, '{' + (kinds.get('any') or kinds['local']), new)
                if new != t[1]:
                    f.pending_strings = getattr(f, 'pending_strings', []) + [(t, new)]
        # only where the variable was renamed in that function
        for t, new in getattr(f, 'pending_strings', []):
            i = next(k for k, c in enumerate(T) if c[2] == t[2])
            b = f.enclosing_fn(i)
            if b is None: continue
            blk = f.blocks[b]
            lo, hi = T[blk['head']][2], T[min(blk['close'], len(T) - 1)][3]
            for w, kinds in todo.items():
                if ('{' + w) in t[1] and any(lo <= s < hi and f.text[s:e] == w for s, (e, _) in f.edits.items()):
                    f.edit(t, new); break
        text = f.apply()
    for l, r in regexes: text = l.sub(r, text)
    return text

def tidy(text, before):
    """`name: name` in literals, as two renames may leave it."""
    if text == before: return text
    return re.sub(r'(?<=[{,\s])([a-z_]\w*): \1(?=\s*[,}])', lambda m: m.group(1) if m.group(0) not in before else m.group(0), text)

def bound(f, b, x):
    blk = f.blocks[b]
    s, e = f.T[blk['head']][2], f.T[min(blk['close'], len(f.T) - 1)][3]
    return bool(re.search(r'\blet\s+(?:mut\s+)?%s\b|\blet\s*\([^)=]*\b%s\b|\b%s: impl' % (x, x, x), f.text[s:e]))

def mask(text):
    return re.sub(r'"(?:[^"\\]|\\.)*"|//[^\n]*', lambda m: '"' if m.group(0)[0] == '"' else '', text)

def literal_field(f, i, prev, nxt):
    """`name: value` in a struct literal or pattern: the field's name, not a local."""
    if nxt != ':' or prev not in ('{', ','): return False
    b = f.block[i]
    # innermost bracket is a brace of a literal
    j = i - 1; T = f.T
    while j >= 0:
        if T[j][0] == 'punct' and T[j][1] in ')]}' and j in f.match: j = f.match[j] - 1; continue
        if T[j][0] == 'punct' and T[j][1] in '([{': break
        j -= 1
    return j >= 0 and T[j][1] == '{'

def shorthand(f, i, prev, nxt):
    """`Type { name, other }`: the field keeps its name."""
    if prev not in ('{', ',') or nxt not in (',', '}'): return False
    j = i - 1; T = f.T
    while j >= 0:
        if T[j][0] == 'punct' and T[j][1] in ')]}' and j in f.match: j = f.match[j] - 1; continue
        if T[j][0] == 'punct' and T[j][1] in '([{': break
        j -= 1
    if j < 1 or T[j][1] != '{': return False
    p = T[j-1]
    return p[0] == 'ident' and (p[1][0].isupper() or p[1] == 'Self') and T[j-2][1] not in ('->',)

def parse_items(text, moves):
    items, members = {}, defaultdict(dict)
    for line in text.splitlines():
        line = line.split('#')[0].strip()
        if not line: continue
        left, right = [x.strip() for x in line.split('->')]
        globs = None; field = right.endswith(' (field)') or ' (field) ' in right
        right = right.replace(' (field)', '')
        if ' @ ' in right:
            right, g = right.split(' @ '); globs = 'all' if g.strip() == '*' else [moved(x, moves) for x in g.split()]
        path, name = left.split('::', 1)
        path = moved(path, moves)
        segs = name.split('::')
        mod = (path, tuple(segs[:-1])); last = segs[-1]
        if '.' in last:
            ty, member = last.split('.')
            members[(mod, ty)][member] = (right, globs, field)
        else:
            items[(mod, last)] = right
    return items, members

def moved(path, moves):
    for old, new in moves:
        if path == old: return new
        if old.endswith('.rs') and path.startswith(old[:-3] + '/'):
            path = new[:-3] + path[len(old) - 3:]
    return path

def main():
    args = argparse.ArgumentParser()
    args.add_argument('--root', default='.')
    args.add_argument('--stage', choices=['modules', 'names', 'tests', 'docs'])
    args.add_argument('--dry', action='store_true', help='report only')
    args = args.parse_args()
    root = subprocess.check_output(['git', 'rev-parse', '--show-toplevel'], cwd=args.root, text=True).strip()
    on = lambda stage: args.stage in (None, stage)
    moves = [tuple(part.strip() for part in line.split('->')) for line in MOVES.splitlines() if '->' in line]
    there = lambda path: os.path.exists(os.path.join(root, path))
    done = [move for move in moves if not there(move[0]) and there(move[1])]
    todo = [move for move in moves if there(move[0]) and not there(move[1])]
    for move in moves:
        if there(move[0]) and there(move[1]): print(f'both {move[0]} and {move[1]} exist: merge them first')

    tree = Tree(root)
    items, members = parse_items(TYPES + FUNCTIONS, done) if on('names') else ({}, {})
    if on('modules'):
        for old, new in todo: items[('file', old)] = os.path.basename(new)[:-3]
    renamer = Renamer(tree, items, members)
    renamer.byname |= {os.path.basename(old)[:-3] for old, _ in todo}
    renamer.run()
    rules = parse_words((WORDS if on('names') else '') + (TESTS if on('tests') else ''))
    target = dict(todo) if on('modules') else {}
    later = dict(todo)
    changed, notes = {}, list(renamer.notes)
    for path, file in tree.files.items():
        # Globs in the words table name the files' new paths.
        text = tidy(apply_words(later.get(path, path), file.apply(), rules, notes), file.text)
        if on('docs'): text = file_paths(text, moves)
        if text != file.text: changed[path] = text
    for path in subprocess.check_output(['git', 'ls-files', '*.md'], cwd=root, text=True).split():
        if path == 'CHANGELOG.md' or not there(path): continue
        text = before = open(os.path.join(root, path), encoding='utf-8').read()
        if on('docs'):
            for line in DOCS.splitlines():
                if ' => ' in line: text = text.replace(*line.split(' => '))
            text = file_paths(text, moves)
        if on('tests'):
            for _, old, new, _ in parse_words(TESTS): text = re.sub(r'\b%s\b' % old, new, text)
        if text != before: changed[path] = text
    for note in notes: print('note:', note)
    for line in renamer.serde: print('wire:', line)
    print(f'{len(changed)} files change, {len(target)} files move')
    if args.dry: return
    for path, text in changed.items(): open(os.path.join(root, path), 'w', encoding='utf-8').write(text)
    for old, new in target.items():
        os.makedirs(os.path.dirname(os.path.join(root, new)), exist_ok=True)
        subprocess.check_call(['git', 'mv', old, new], cwd=root)

def file_paths(text, moves):
    """Full paths of moved files, in comments and documents."""
    for old, new in moves:
        if old in text and old.count('/') > 1: text = re.sub(r'(?<![\w/-])%s\b' % re.escape(old), new, text)
    return text

if __name__ == '__main__':
    main()
