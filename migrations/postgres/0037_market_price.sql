-- What the market paid when a signal was accepted: the live record trades signals from outside at it. None for signals of
-- a bar's close, which trade at the next bar's open, and where the exchange could not be asked.
alter table signals add column market_price text;
